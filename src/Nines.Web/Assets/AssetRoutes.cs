using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nines.Web.Access;

namespace Nines.Web.Assets;

/// <summary>Style sheets and scripts out of the program itself, under addresses that change with their content: a browser keeps them for ever.</summary>
internal static class AssetRoutes
{
    private const string Prefix = "assets/";

    private static readonly FrozenDictionary<string, Asset> Assets = typeof(AssetRoutes).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => new Asset(name[Prefix.Length..]))
        .ToFrozenDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>Where a page loads it from.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public static string AddressOf(string name) => Assets[name].Address;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/assets/{name}", Answers.Reading, (RequestDelegate)AnswerAsync).Needs(Role.None);

    private static Task AnswerAsync(HttpContext context)
    {
        if (!Assets.TryGetValue((string)context.Request.RouteValues["name"]!, out var asset)) return Answers.WriteAsync(context, StatusCodes.Status404NotFound);
        var (request, response) = (context.Request, context.Response);
        var isThis = request.Query["v"] == asset.Digest;
        response.ContentType = asset.Type;
        response.Headers.ETag = asset.ETag;
        response.Headers.CacheControl = isThis ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        // A worker keeps to the policy that its own script came with: the one that listens to events may connect to us.
        response.Headers.ContentSecurityPolicy = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";
        response.Headers.Vary = "Accept-Encoding";
        if (request.Headers.IfNoneMatch == asset.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        var brotli = request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        var body = brotli ? asset.Brotli.Value : asset.Bytes.Value;
        if (brotli) response.Headers.ContentEncoding = "br";
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>One file, read when it is first asked for.</summary>
    private sealed class Asset
    {
        public Asset(string name)
        {
            Name = name;
            Bytes = new Lazy<byte[]>(() => Read(name));
            // 9 of 11: a fifth larger than the best, in a twentieth of the time.
            Brotli = new Lazy<byte[]>(() => Compressed.Brotli(Bytes.Value, quality: 9));
            Digest = Convert.ToHexStringLower(SHA256.HashData(Bytes.Value))[..16];
        }

        public string Name { get; }
        public Lazy<byte[]> Bytes { get; }
        public Lazy<byte[]> Brotli { get; }
        public string Digest { get; }
        public string ETag => $"\"{Digest}\"";
        public string Address => $"/{Prefix}{Name}?v={Digest}";

        public string Type => Path.GetExtension(Name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            var other => throw new InvalidOperationException($"An asset ends in .css, .js or .svg, not in {other}."),
        };

        private static byte[] Read(string name)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
    }
}
