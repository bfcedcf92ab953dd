using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;

namespace Nines.Web.StatusPage;

/// <summary>The public listener: the page and nothing else. It reads ready bytes from a table; what the watch does, and how much is on record, it does not know.</summary>
public sealed class StatusListener : IAsyncDisposable
{
    private static readonly TimeSpan GoodBye = TimeSpan.FromSeconds(2);

    /// <summary>Bytes that are sent at once: as many as the connection buffers.</summary>
    private const int Piece = 64 << 10;

    private static readonly StringValues
        Policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        // A picture that is opened by itself is a document of its own.
        PicturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        NoSniff = "nosniff", NoReferrer = "no-referrer", ByEncoding = "Accept-Encoding", ByEncodingAndLanguage = "Accept-Encoding, Accept-Language", Reading = "GET, HEAD", Anybody = "*", NotKept = "no-store", Html = "text/html; charset=utf-8";

    private readonly WebApplication app;
    private ReadyTable? table;

    private readonly SubscriptionDesk? desk;

    private StatusListener(WebApplication app, SubscriptionDesk? desk) => (this.app, this.desk) = (app, desk);

    /// <summary>Where it really listens.</summary>
    public IPEndPoint Endpoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <exception cref="ListenException">The address cannot be listened on.</exception>
    /// <param name="desk">Takes subscriptions; null where there are none.</param>
    public static async Task<StatusListener> StartAsync(IPEndPoint listen, SubscriptionDesk? desk = null, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>().Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen, options => options.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxConcurrentConnections = 4_096;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            kestrel.Limits.MaxRequestLineSize = 4 << 10;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        });
        var app = builder.Build();
        var listener = new StatusListener(app, desk);
        app.Run(listener.AnswerAsync);
        try
        {
            await app.StartAsync(cancellation);
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            listener.Endpoint = new IPEndPoint(listen.Address, new Uri(address).Port);
            return listener;
        }
        catch (Exception failed)
        {
            await app.DisposeAsync();
            if (failed is not (IOException or SocketException)) throw;
            throw new ListenException($"{listen}: {(failed.InnerException ?? failed).Message}", failed);
        }
    }

    /// <summary>From now on this is served; requests under way end with what they began with.</summary>
    internal void Show(ReadyTable next) => Volatile.Write(ref table, next);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(GoodBye);
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var headers = response.Headers;
        headers.XContentTypeOptions = NoSniff;
        headers["Referrer-Policy"] = NoReferrer;
        if (desk is not null && desk.Has(request.Path))
        {
            headers.ContentSecurityPolicy = Policy;
            return desk.AnswerAsync(context);
        }
        var isHead = HttpMethods.IsHead(request.Method);
        if (!isHead && !HttpMethods.IsGet(request.Method))
        {
            headers.Allow = Reading;
            headers.Connection = "close"; // what came with it is not read: nothing can follow on this connection (RFC 9112, 9.6)
            return SayAsync(response, StatusCodes.Status405MethodNotAllowed, OnlyRead, isHead);
        }
        if (Volatile.Read(ref table) is not { } ready) return SayNotReadyAsync(response, isHead);
        var path = request.Path.Value ?? "";
        // Who comes without having chosen is taken to the language that his browser asks for; links between pages lead to one, this address to none.
        if (path == "/" && !ready.Languages.IsEmpty)
        {
            headers.Vary = ByEncodingAndLanguage;
            if (AcceptedLanguages.Choose(request.Headers.AcceptLanguage, ready.Languages) is { Folder.Length: > 0 } other)
            {
                response.StatusCode = StatusCodes.Status302Found;
                headers.Location = other.Folder; // relative: a proxy may have put the page below a path
                headers.CacheControl = NotKept;
                response.ContentLength = 0;
                return Task.CompletedTask;
            }
        }
        else headers.Vary = ByEncoding;
        var answer = ready.Find(path);
        if (answer is null)
        {
            answer = ready.NotFoundAt(path);
            response.StatusCode = StatusCodes.Status404NotFound;
        }
        var form = Encodings.Choose(request.Headers.AcceptEncoding, answer);
        headers.ETag = form.ETag;
        headers.CacheControl = answer.CacheControl;
        headers.ContentSecurityPolicy = answer.File.Type == "image/svg+xml" ? PicturePolicy : Policy;
        // Public as it is: other people's pages may read it.
        headers.AccessControlAllowOrigin = Anybody;
        if (response.StatusCode == StatusCodes.Status200OK && Matches(request.Headers.IfNoneMatch, form.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        headers.ContentType = answer.Type;
        if (form.Encoding.Count > 0) headers.ContentEncoding = form.Encoding;
        response.ContentLength = form.Bytes.Length;
        return isHead ? Task.CompletedTask : SendAsync(response, form.Bytes, context.RequestAborted);
    }

    /// <summary>In large pieces, one after another: a caller who reads slowly holds one of them and not the whole page.</summary>
    private static async Task SendAsync(HttpResponse response, ReadOnlyMemory<byte> bytes, CancellationToken gone)
    {
        // Started, the writer gives memory of the connection's own: as large as it is asked for, where a plain write fills dozens of small blocks.
        await response.StartAsync(gone);
        var writer = response.BodyWriter;
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(Piece, bytes.Length)];
            piece.CopyTo(writer.GetMemory(piece.Length));
            writer.Advance(piece.Length);
            if ((await writer.FlushAsync(gone)).IsCompleted) return;
            bytes = bytes[piece.Length..];
        }
    }

    /// <summary>What there is no page of the tree for: in English, for the page's own words are not there yet, or are of no concern to a program.</summary>
    private static readonly byte[]
        OnlyRead = Small("This page can only be read", "Something was sent to it, and nothing was done with it.", "<a href=\"/\">To the status</a>"),
        NotMadeYet = Small("The status page is not ready yet", "It has just been started, and says nothing before it knows something.", "Please load it again in a few seconds.");

    private static byte[] Small(string what, string why, string now) => Encoding.UTF8.GetBytes(
        $"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{what}</title></head><body><main><h1>{what}</h1><p>{why}</p><p>{now}</p></main></body></html>""" + "\n");

    internal static Task SayNotReadyAsync(HttpResponse response, bool isHead)
    {
        response.Headers.RetryAfter = "2";
        return SayAsync(response, StatusCodes.Status503ServiceUnavailable, NotMadeYet, isHead);
    }

    private static Task SayAsync(HttpResponse response, int status, ReadOnlySpan<byte> text, bool isHead)
    {
        response.StatusCode = status;
        response.Headers.ContentType = Html;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.CacheControl = NotKept;
        response.ContentLength = text.Length;
        if (!isHead) response.BodyWriter.Write(text);
        return Task.CompletedTask;
    }

    /// <summary>RFC 9110, section 13.1.2: weak comparison, any of a list, or any at all.</summary>
    private static bool Matches(StringValues given, StringValues etag)
    {
        foreach (var line in given)
        {
            var rest = line.AsSpan();
            foreach (var range in rest.Split(','))
            {
                var one = rest[range].Trim();
                if (one.StartsWith("W/")) one = one[2..];
                if (one is "*" || one.SequenceEqual(etag[0])) return true;
            }
        }
        return false;
    }

    /// <summary>Signals are for <c>nines up</c>, which ends us with everything else.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Chooses among the forms of an answer by Accept-Encoding (RFC 9110, section 12.5.3).</summary>
internal static class Encodings
{
    public static ReadyForm Choose(StringValues accepted, ReadyAnswer answer)
    {
        var (brotli, gzip) = (false, false);
        foreach (var line in accepted)
        {
            var rest = line.AsSpan();
            foreach (var range in rest.Split(','))
            {
                var one = rest[range].Trim();
                var semicolon = one.IndexOf(';');
                var name = semicolon < 0 ? one : one[..semicolon].TrimEnd();
                if (semicolon >= 0 && IsRefused(one[(semicolon + 1)..])) continue;
                brotli |= name.Equals("br", StringComparison.OrdinalIgnoreCase);
                gzip |= name.Equals("gzip", StringComparison.OrdinalIgnoreCase);
            }
        }
        return brotli && answer.Brotli is { } small ? small : gzip && answer.Gzip is { } packed ? packed : answer.Plain;
    }

    /// <summary>A weight of nothing: <c>q=0</c>, <c>q=0.0</c>.</summary>
    private static bool IsRefused(ReadOnlySpan<char> weight)
    {
        weight = weight.Trim();
        return weight.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && weight[2..].Trim().Trim('0') is "" or ".";
    }
}
