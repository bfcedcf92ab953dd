using System.Net;
using System.Text.Json;

namespace Nines.Cli.Tests.Discovery;

/// <summary>Answers like an API server: lists of services in pages, for who shows the token.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly HttpListener listener;
    private readonly Task serving;
    private volatile int asked;

    public ApiServer()
    {
        (listener, Url) = Listen();
        serving = ServeAsync();
    }

    public string Url { get; }
    public string Token { get; set; } = "";
    public int Count { get; set; }
    public int Asked => asked;

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        listener.Close();
    }

    private static (HttpListener, string) Listen()
    {
        while (true)
        {
            var url = $"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}/";
            var listener = new HttpListener { Prefixes = { url } };
            try
            {
                listener.Start();
                return (listener, url);
            }
            catch (HttpListenerException)
            {
                listener.Close(); // the port is taken
            }
        }
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext call;
            try
            {
                call = await listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            Interlocked.Increment(ref asked);
            var allowed = call.Request.Headers["Authorization"] == $"Bearer {Token}" && call.Request.QueryString["labelSelector"] == "a";
            call.Response.StatusCode = allowed ? 200 : 403;
            var body = allowed ? Page(int.Parse(call.Request.QueryString["continue"] ?? "0"), int.Parse(call.Request.QueryString["limit"]!)) : JsonSerializer.SerializeToUtf8Bytes(new { kind = "Status", message = "forbidden" });
            await call.Response.OutputStream.WriteAsync(body);
            call.Response.Close();
        }
    }

    /// <summary>As the API server does it, without the items' kind.</summary>
    private byte[] Page(int from, int limit)
    {
        var items = Enumerable.Range(from, Math.Max(0, Math.Min(limit, Count - from))).Select(i => new { metadata = new { name = $"web-{i}", @namespace = "shop" }, spec = new { ports = new[] { new { port = 80 } } } });
        return JsonSerializer.SerializeToUtf8Bytes(new { kind = "ServiceList", apiVersion = "v1", metadata = new { @continue = from + limit < Count ? $"{from + limit}" : "" }, items });
    }
}
