using System.Text.Json.Nodes;
using Nines.Probing.Tests.Evm;

namespace Nines.Probing.Tests.Bitcoin;

/// <summary>A node in memory that answers as Bitcoin Core documents, over branches that tests make.</summary>
internal sealed class CoreNode
{
    private readonly Dictionary<string, (int Height, string? Parent)> blocks = [];
    private readonly RpcScript script = new();
    private int made;

    public CoreNode(int height)
    {
        Active.Add(Make(0, null));
        Mine(height);
        script.Methods["getblockchaininfo"] = _ => RpcScript.Result($$"""
            {"chain":"{{Chain}}","blocks":{{Height}},"headers":{{Height + HeadersAhead}},"bestblockhash":"{{Active[^1]}}","difficulty":1.0,"time":{{Time}},
            "mediantime":{{Time}},"verificationprogress":0.99,"initialblockdownload":{{(InitialDownload ? "true" : "false")}},"pruned":false,"warnings":{{Warnings}}}
            """);
        script.Methods["getnetworkinfo"] = _ => RpcScript.Result($$"""{"version":280000,"subversion":"/Satoshi:28.0.0/","networkactive":true,"connections":{{Peers}},"connections_in":1,"connections_out":{{Peers - 1}},"warnings":{{Warnings}}}""");
        script.Methods["getchaintips"] = _ => TipsAreKnown ? RpcScript.Result(Tips()) : RpcScript.Error(-32601, "Method not found");
        script.Methods["getmempoolinfo"] = _ => RpcScript.Result("""{"loaded":true,"size":5000,"bytes":2000000,"usage":150000000,"maxmempool":300000000,"mempoolminfee":0.00002000}""");
        script.Methods["estimatesmartfee"] = _ => RpcScript.Result("""{"feerate":0.00012000,"blocks":6}""");
        script.Methods["getblockhash"] = given => given[0]!.GetValue<int>() is var at && at <= Height ? RpcScript.Result($"\"{Active[at]}\"") : RpcScript.Error(-8, "Block height out of range");
        script.Methods["getblockheader"] = Header;
    }

    public List<string> Active { get; private set; } = [];
    public int Height => Active.Count - 1;
    public string Chain { get; set; } = "main";
    public int HeadersAhead { get; set; }
    public bool InitialDownload { get; set; }
    public bool TipsAreKnown { get; set; } = true;
    public string Warnings { get; set; } = "[]";
    public int Peers { get; set; } = 10;
    public long Time { get; set; } = 1_700_000_000;
    public Dictionary<string, Func<JsonArray, string>> Methods => script.Methods;

    public string Answer(string asked) => script.Answer(asked);

    public void Mine(int count)
    {
        for (; count > 0; count--) Active.Add(Make(Active.Count, Active[^1]));
    }

    /// <summary>Another branch, one block longer, from so many blocks below the head.</summary>
    public void Reorganise(int depth)
    {
        Active = Active[..^depth];
        Mine(depth + 1);
    }

    private string Make(int height, string? parent)
    {
        var hash = $"{++made:x64}";
        blocks[hash] = (height, parent);
        return hash;
    }

    private string Header(JsonArray given)
    {
        var hash = given[0]!.GetValue<string>();
        if (!blocks.TryGetValue(hash, out var block)) return RpcScript.Error(-5, "Block not found");
        var confirmations = block.Height < Active.Count && Active[block.Height] == hash ? Height - block.Height + 1 : -1;
        var previous = block.Parent is null ? "" : $",\"previousblockhash\":\"{block.Parent}\"";
        return RpcScript.Result($$"""{"hash":"{{hash}}","confirmations":{{confirmations}},"height":{{block.Height}},"time":{{Time}},"nTx":1{{previous}}}""");
    }

    private string Tips()
    {
        var parents = blocks.Values.Select(block => block.Parent).ToHashSet();
        return $"[{string.Join(",", blocks.Where(block => !parents.Contains(block.Key)).Select(tip => Tip(tip.Key, tip.Value.Height)))}]";
    }

    private string Tip(string hash, int height)
    {
        var (length, at) = (0, hash);
        for (; !(blocks[at].Height <= Height && Active[blocks[at].Height] == at); at = blocks[at].Parent!) length++;
        return $$"""{"height":{{height}},"hash":"{{hash}}","branchlen":{{length}},"status":"{{(length == 0 ? "active" : "valid-fork")}}"}""";
    }
}
