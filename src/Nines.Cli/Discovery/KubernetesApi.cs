using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nines.Cli.Config;
using Nines.Core;

namespace Nines.Cli.Discovery;

/// <summary>Asks an API server for a list of objects, page by page.</summary>
internal static class KubernetesApi
{
    public const int MaxBytes = 64 << 20, MostPages = 200;
    private const int PageSize = 500;
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <param name="token">Sent as a bearer token, to this address only; null sends none.</param>
    /// <param name="caFile">The roots to trust; null for the system's.</param>
    /// <exception cref="SourceException">It cannot be reached, refuses, or answers something else.</exception>
    public static async Task<Found> ListAsync(Uri url, string? token, string? caFile, TimeProvider time, CancellationToken cancellation)
    {
        var shown = Redaction.ByShape.Apply(url.AbsoluteUri);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var deadline = new CancellationTokenSource(Limit, time);
        await using var expired = deadline.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), limit);
        try
        {
            // A redirect would carry the token elsewhere.
            using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
            if (caFile is not null)
            {
                var roots = new X509Certificate2Collection();
                roots.ImportFromPemFile(caFile);
                handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
            }
            using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxBytes };
            if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
            return await PagesAsync(client, url, shown, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SourceException($"{shown}: no whole answer within {Limit.TotalSeconds:0} s.");
        }
        catch (HttpRequestException failed)
        {
            throw new SourceException($"{shown}: {Redaction.ByShape.Apply((failed.InnerException ?? failed).Message)}");
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{caFile}: the certificates cannot be read.");
        }
    }

    private static async Task<Found> PagesAsync(HttpClient client, Uri url, string shown, CancellationToken limit)
    {
        var targets = ImmutableArray.CreateBuilder<Target>();
        var mistakes = ImmutableArray.CreateBuilder<Mistake>();
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var asked = new UriBuilder(url);
            asked.Query = $"{asked.Query.TrimStart('?')}{(asked.Query.Length > 1 ? "&" : "")}limit={PageSize}{(next is null ? "" : $"&continue={Uri.EscapeDataString(next)}")}";
            using var answer = await client.GetAsync(asked.Uri, limit);
            var body = await answer.Content.ReadAsByteArrayAsync(limit);
            if (!answer.IsSuccessStatusCode) throw new SourceException($"{shown}: {(int)answer.StatusCode} {answer.ReasonPhrase}{((int)answer.StatusCode is 401 or 403 ? ": the token is missing, wrong, or may not list this" : "")}.");
            var found = KubernetesTargets.Read(body, shown, out next);
            targets.AddRange(found.Targets);
            mistakes.AddRange(found.Mistakes);
            if (next is null) return new Found(targets.ToImmutable(), mistakes.ToImmutable());
            if (targets.Count > Found.Most) break;
        }
        throw new SourceException($"{shown}: the list goes on after {Found.Most:N0} targets or {MostPages} pages. Narrow it down: …/namespaces/shop/services, or ?labelSelector=…");
    }
}
