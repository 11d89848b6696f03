"""What can be imported in QuantConnect's cloud, by the names that `import` takes.

The cloud's default Python environment is LEAN's image. The names are those of the packages that QuantConnect documents for it
(https://www.quantconnect.com/docs/v2/writing-algorithms/key-concepts/libraries, and the list behind that page, `Resources/libraries/
default-python.txt` of QuantConnect/Documentation), and that LEAN's `DockerfileLeanFoundation` of December 2025 installs. Packages that only
serve others are left out; a project that imports one of them is told to look it up.
"""

from __future__ import annotations

import sys

LEAN_NAMES = frozenset(
    ("AlgorithmImports", "QuantConnect", "System", "clr", "Alphas", "Execution", "Portfolio", "Risk", "Selection", "Newtonsoft")
)
"""What LEAN itself brings."""

CLOUD_PACKAGES = frozenset(
    # numbers and tables
    "numpy pandas scipy polars pyarrow fastparquet numba numexpr bottleneck dask distributed modin xarray tables h5py h5netcdf openpyxl "
    "xlrd xlsxwriter sympy symengine mpmath jax jaxlib jaxtyping cython ray "
    # statistics, time series, finance
    "statsmodels arch pmdarima prophet neuralprophet sktime tslearn tsfresh stumpy darts statsforecast mlforecast gluonts tbats hmmlearn pykalman "
    "filterpy ruptures pomegranate pgmpy pymc pytensor arviz pystan cmdstanpy pyro gpflow gpytorch botorch ax copulas copulae pyvinecopulib lifelines "
    "pingouin doubleml linearmodels mgarch hurst nolds dtw fastdtw talib ta pandas_ta stockstats QuantLib py_vollib py_lets_be_rational quantstats "
    "pyfolio empyrical alphalens riskfolio riskparityportfolio pypfopt mplfinance exchange_calendars pandas_market_calendars holidays "
    "iisignature esig stochastic sdeint findiff yfinance "
    # optimization
    "cvxpy cvxopt ecos osqp scs clarabel quadprog qdldl ortools pulp pyomo deap gplearn optuna hyperopt bayes_opt skopt nevergrad platypus simpy SALib "
    # machine learning
    "sklearn xgboost lightgbm catboost ngboost imblearn category_encoders feature_engine featuretools mlxtend shap lime interpret eli5 dtreeviz "
    "tpot flaml pycaret supervised lazypredict h2o umap hdbscan pyod river creme captum tensorflow tensorflow_probability tensorflow_addons "
    "tensorflow_decision_forests tf_keras keras keras_tuner keras_nlp rl tcn autokeras torch torchvision torchmetrics torch_geometric torchdata "
    "pytorch_lightning lightning ignite pytorch_tabnet fastai stable_baselines3 gym gymnasium shimmy tensortrade transformers peft accelerate "
    "datasets tokenizers sentence_transformers huggingface_hub safetensors mamba_ssm x_transformers triton tensorrt tensorboard tensorboardX mlflow "
    "hydra omegaconf einops pywt PyEMD pydmd tensorly autograd aesara dgl networkx persim ripser kmapper gtda "
    # language
    "nltk spacy gensim wordcloud fasttext openai langchain langchain_core langchain_community llama_index tiktoken google jupyter_ai "
    # quantum
    "pennylane qiskit qiskit_aer dimod dwave minorminer neal "
    # pictures
    "matplotlib seaborn plotly bokeh altair holoviews hvplot panel dash cufflinks graphviz PIL cv2 skimage imageio kaleido "
    # Python in general
    "httpx httpcore requests aiohttp websockets websocket urllib3 bs4 lxml html5lib pydantic pydantic_core yaml simplejson orjson ijson msgpack "
    "dateutil pytz tzdata tqdm joblib cloudpickle dill cachetools diskcache tenacity retrying attr attrs typing_extensions annotated_types anyio sniffio "
    "nest_asyncio dotenv loguru rich tabulate termcolor colorama click typer packaging six toolz more_itertools sortedcontainers decorator wrapt "
    "deprecated multiprocess pathos psutil regex jsonschema jinja2 markdown sqlalchemy peewee fsspec redis tweepy pytest IPython ipywidgets notebook "
    "jupyterlab nbformat nbconvert boto3 h11 certifi idna".split()
)

NETWORK = frozenset(
    "socket ssl urllib.request urllib3 http.client http.server ftplib smtplib imaplib poplib telnetlib xmlrpc requests httpx httpcore aiohttp websockets "
    "websocket openai anthropic litellm tweepy yfinance ccxt boto3 paramiko grpc redis kafka pymongo psycopg2".split()
)
"""Modules that speak to the network."""

PROCESSES = frozenset("subprocess multiprocessing ctypes".split())
"""Modules that reach out of the algorithm's process."""


def in_cloud(module: str) -> bool:
    """Whether the cloud has a module of this full name."""
    first = module.partition(".")[0]
    return first in sys.stdlib_module_names or first in LEAN_NAMES or first in CLOUD_PACKAGES
