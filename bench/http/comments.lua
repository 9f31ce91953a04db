-- Sends comments from a file, one JSON object a line, each with an id of its own.
-- Arguments: the file, the first line, the prefix of ids, the path, and a key or "none".
local bodies, place, prefix, path, number = {}, 0, "", "", 0

function init(arguments)
  for line in io.lines(arguments[1]) do bodies[#bodies + 1] = line end
  place, prefix, path = tonumber(arguments[2]), arguments[3], arguments[4]
  wrk.headers["Content-Type"] = "application/json"
  if arguments[5] ~= "none" then wrk.headers["Authorization"] = "Bearer " .. arguments[5] end
end

function request()
  number = number + 1
  local body = bodies[(place + number) % #bodies + 1]
  return wrk.format("POST", path, nil, '{"id":"' .. prefix .. number .. '",' .. body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nFIGURES {"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"mean":%.3f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.mean / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
