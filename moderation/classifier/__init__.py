"""The trained part of the service: the only home of scikit-learn, scipy, numpy and joblib.

features, model                   a text as grams, and the additive classifier that weighs them
card, storage, registry           what is known of a model, its folder, and which model serves
corpus, counting, fitting, thresholds, guarantee, training, retraining, evaluation, curves
                                  how a model is made and measured; scikit-learn is imported here only,
                                  and only when something is fitted or measured
"""
