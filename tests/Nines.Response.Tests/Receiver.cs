using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nines.Response.Tests;

/// <summary>A real HTTP server on loopback that keeps what it was sent and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private Receiver(WebApplication app) => this.app = app;

    public sealed record Call(string Path, string ContentType, string? Signature, byte[] Body)
    {
        public string Text => System.Text.Encoding.UTF8.GetString(Body);
    }

    public ConcurrentQueue<Call> Calls { get; } = new();

    /// <summary>The answer to each call, by how many came before it (0 for the first).</summary>
    public Func<int, HttpContext, Task> Answer { get; set; } = (_, context) =>
    {
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    };

    public Uri Url(string path = "/hook") => new(app.Urls.Single() + path);

    public static Func<int, HttpContext, Task> Status(Func<int, int> status) => (call, context) =>
    {
        context.Response.StatusCode = status(call);
        return Task.CompletedTask;
    };

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver.app.Run(receiver.TakeAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        int before;
        lock (Calls)
        {
            before = Calls.Count;
            Calls.Enqueue(new Call(context.Request.Path, context.Request.ContentType ?? "", context.Request.Headers["Nines-Signature"], body.ToArray()));
        }
        await Answer(before, context);
    }
}
