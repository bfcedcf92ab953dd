namespace Nines.Chains.Tests.Bitcoin;

/// <summary>Answers to question 1 in the shapes that Bitcoin Core documents (versions 25 to 30), and bcoin's where they differ.</summary>
internal static class CoreAnswers
{
    public const string BlockchainInfo = """
        {"result":{"chain":"main","blocks":870123,"headers":870125,"bestblockhash":"00000000000000000001a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7",
        "bits":"1702f128","target":"0000000000000000000 2f128","difficulty":102289407543323.8,"time":1731700000,"mediantime":1731697000,
        "verificationprogress":0.9999978,"initialblockdownload":false,"chainwork":"00000000000000000000000000000000000000009b","size_on_disk":693000000000,
        "pruned":false,"warnings":["Unknown new rules activated (versionbit 28)","This is a pre-release test build"]},"error":null,"id":1}
        """;

    public const string BlockchainInfoOfBcoin = """
        {"result":{"chain":"regtest","blocks":0,"headers":0,"bestblockhash":"0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
        "difficulty":4.6565423739069247e-10,"mediantime":1296688602,"verificationprogress":0,"chainwork":"02","pruned":false,"softforks":[],
        "bip9_softforks":{},"pruneheight":null},"error":null,"id":1}
        """;

    public const string NetworkInfo = """
        {"result":{"version":280000,"subversion":"/Satoshi:28.0.0/","protocolversion":70016,"localservices":"0000000000000c09",
        "localservicesnames":["NETWORK","WITNESS"],"localrelay":true,"timeoffset":-1,"networkactive":true,"connections":11,"connections_in":1,
        "connections_out":10,"networks":[{"name":"ipv4","limited":false,"reachable":true,"proxy":"","proxy_randomize_credentials":false}],
        "relayfee":0.00001000,"incrementalfee":0.00001000,"localaddresses":[],"warnings":""},"error":null,"id":1}
        """;

    public const string ChainTips = """
        {"result":[{"height":870123,"hash":"00000000000000000001a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7","branchlen":0,"status":"active"},
        {"height":870001,"hash":"00000000000000000000ffffffffffffffffffffffffffffffffffffffffffff","branchlen":1,"status":"valid-fork"},
        {"height":869000,"hash":"00000000000000000002eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee","branchlen":2,"status":"headers-only"}],"error":null,"id":1}
        """;

    public const string MempoolInfo = """
        {"result":{"loaded":true,"size":84512,"bytes":39000000,"usage":225000000,"total_fee":1.25000000,"maxmempool":300000000,
        "mempoolminfee":0.00001000,"minrelaytxfee":0.00001000,"incrementalrelayfee":0.00001000,"unbroadcastcount":0,"fullrbf":true},"error":null,"id":1}
        """;

    public const string Fee = """{"result":{"feerate":0.00012345,"blocks":6},"error":null,"id":1}""";

    public const string NoFee = """{"result":{"errors":["Insufficient data or no feerate found"],"blocks":2},"error":null,"id":1}""";

    public const string NoFeeOfBcoin = """{"result":{"fee":-1,"blocks":6},"error":null,"id":1}""";

    public const string Header = """
        {"result":{"hash":"00000000000000000001a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7","confirmations":1,"height":870123,"version":536870912,
        "versionHex":"20000000","merkleroot":"4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b","time":1731700000,
        "mediantime":1731697000,"nonce":2083236893,"bits":"1702f128","difficulty":102289407543323.8,"chainwork":"9b","nTx":3000,
        "previousblockhash":"00000000000000000000a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5"},"error":null,"id":1}
        """;

    public const string Hash = """{"result":"00000000000000000001A2B3C4D5E6F708192A3B4C5D6E7F8091A2B3C4D5E6F7","error":null,"id":1}""";

    public const string WarmingUp = """{"result":null,"error":{"code":-28,"message":"Loading block index…"},"id":1}""";

    public const string OutOfRange = """{"result":null,"error":{"code":-8,"message":"Block height out of range"},"id":1}""";

    public const string NotFound = """{"result":null,"error":{"code":-5,"message":"Block not found"},"id":1}""";

    public static byte[][] Bytes { get; } =
    [
        .. new[] { BlockchainInfo, BlockchainInfoOfBcoin, NetworkInfo, ChainTips, MempoolInfo, Fee, NoFee, NoFeeOfBcoin, Header, Hash, WarmingUp, OutOfRange, NotFound }
            .Select(System.Text.Encoding.UTF8.GetBytes),
    ];
}
