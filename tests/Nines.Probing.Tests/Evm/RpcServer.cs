using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nines.Probing.Tests.Evm;

/// <summary>A JSON-RPC server on a free loopback port that keeps connections and can behave badly.</summary>
internal sealed class RpcServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;
    private readonly List<Socket> open = [];

    public RpcServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    public RpcScript Script { get; } = new();
    public int Connections { get; private set; }
    public int Requests { get; private set; }
    public List<string> Headers { get; } = [];

    /// <summary>What is done with a request instead of answering it: gets the stream, returns false to end the connection.</summary>
    public Func<Stream, string, Task<bool>>? Misbehave { get; set; }

    public void CloseIdle()
    {
        lock (open)
        {
            foreach (var socket in open) socket.Dispose();
            open.Clear();
        }
    }

    public static Task WriteAsync(Stream stream, int status, string body) =>
        stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}")).AsTask();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        CloseIdle();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stopping.Token);
                Connections++;
                lock (open) open.Add(socket);
                serving.Add(ServeAsync(socket));
            }
        }
        // InvalidOperationException: the listener was stopped between two accepts.
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            while (await ReadAsync(stream) is { } asked)
            {
                Requests++;
                if (Misbehave is { } bad)
                {
                    if (!await bad(stream, asked)) return;
                }
                else await WriteAsync(stream, 200, Script.Answer(asked));
            }
        }
        catch (Exception ended) when (ended is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // the probe went away, or the test closed the connection
        }
    }

    private async Task<string?> ReadAsync(Stream stream)
    {
        var received = new StringBuilder();
        var buffer = new byte[8192];
        while (true)
        {
            var text = received.ToString();
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var length = text[..end].Split("\r\n").SingleOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)) is { } line ? int.Parse(line.AsSpan(15)) : 0; // a GET has none
                if (text.Length >= end + 4 + length)
                {
                    Headers.Add(text[..end]);
                    return text[(end + 4)..];
                }
            }
            var read = await stream.ReadAsync(buffer, stopping.Token);
            if (read == 0) return null;
            received.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }
}

/// <summary>What a node says to each method, as anvil 1.7.1 words it; replace an answer to change it.</summary>
internal sealed class RpcScript
{
    public const string Hash = "0x19e4ed953765eb29be710280a3bb1c568f7011b1aee3a20e3c175faf158d2490";

    public Dictionary<string, Func<JsonArray, string>> Methods { get; } = new()
    {
        ["eth_chainId"] = _ => Result("\"0x7a69\""),
        ["eth_syncing"] = _ => Result("false"),
        ["net_peerCount"] = _ => Result("\"0x5\""),
        ["web3_clientVersion"] = _ => Result("\"anvil/v1.7.1\""),
        ["eth_getCode"] = _ => Result("\"0x6080\""),
        ["eth_call"] = _ => Result($"\"0x{1:x64}\""),
    };

    public ulong Head { get; set; } = 100;
    public ulong Finalized { get; set; } = 36;
    public ulong Safe { get; set; } = 68;
    public long HeadTime { get; set; } = 1_700_000_000;

    public static string Result(string json) => $"\"result\":{json}";

    public static string Error(long code, string message, string? data = null) =>
        $"\"error\":{{\"code\":{code},\"message\":{JsonSerializer.Serialize(message)}{(data is null ? "" : $",\"data\":\"{data}\"")}}}";

    /// <summary>The logs' filter of all blocks; none in them when null.</summary>
    public string? Bloom { get; set; }

    public static string Block(ulong number, long time, string? bloom = null) => Result(
        $"{{{(bloom is null ? "" : $"\"logsBloom\":\"{bloom}\",")}\"hash\":\"{Hash}\",\"parentHash\":\"{Hash}\",\"number\":\"0x{number:x}\",\"gasLimit\":\"0x1c9c380\",\"gasUsed\":\"0x0\",\"timestamp\":\"0x{time:x}\",\"baseFeePerGas\":\"0x7\",\"transactions\":[]}}");

    public string Answer(string asked)
    {
        var node = JsonNode.Parse(asked)!;
        return node is JsonArray batch ? $"[{string.Join(",", batch.Select(One))}]" : One(node);
    }

    private string One(JsonNode? call)
    {
        var (method, parameters) = (call!["method"]!.GetValue<string>(), call["params"]!.AsArray());
        var said = Methods.TryGetValue(method, out var answer) ? answer(parameters)
            : method == "eth_getBlockByNumber" ? GetBlock(parameters[0]!.GetValue<string>())
            : Error(-32601, "Method not found");
        return $"{{\"jsonrpc\":\"2.0\",\"id\":{call["id"]!.ToJsonString()},{said}}}";
    }

    private string GetBlock(string which) => which switch
    {
        "latest" => Block(Head, HeadTime, Bloom),
        "finalized" => Block(Finalized, HeadTime - 700, Bloom),
        "safe" => Block(Safe, HeadTime - 400, Bloom),
        _ => Block(Convert.ToUInt64(which[2..], 16), HeadTime - 24, Bloom),
    };
}
