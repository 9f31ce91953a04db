// Says something to those who listen to the page instead of looking at it.

const region = document.querySelector("[data-says]");

// The texts that the server put beside the region, in the moderator's language.
export const words = region.dataset;

export const say = (text) => {
  region.textContent = text;
};
