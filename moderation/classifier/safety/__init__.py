"""Fixed texts that every model is measured on before it may be trusted, and the measures.

A model never learns from them, and they change only with a reason: figures stay comparable.

files, judging      the texts as they are kept, and a judge for a text by itself
identity            people of all kinds in civil sentences: nobody's name may carry blame
disguises, evasion  abuse, plain and disguised: what hides it from a machine, though not from readers
honest              what people write in many scripts: reading it must not do it harm
explanations        whether the words' contributions add up, and are where they say they are
report              all of it for one model
"""
