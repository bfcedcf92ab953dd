using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Ledger.History.Prometheus;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary>Asks a Prometheus for samples, in parts that it allows.</summary>
internal sealed class PrometheusServer : IDisposable
{
    /// <summary>A server refuses more than 11,000 points of one series.</summary>
    public const int MostPoints = 10_000;

    private const int MostBytes = 128 << 20, MostParts = 2_000, MostQueryLength = 4_000, MostTokenLength = 16_384;

    /// <summary>For one answer.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly HttpClient client;
    private readonly Uri root;
    private readonly TimeProvider time;

    /// <exception cref="Fault">NIN4213: no address, or one with a password in it. NIN4210: the token cannot be read.</exception>
    public PrometheusServer(string address, string? tokenFile, TimeProvider time)
    {
        this.time = time;
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new Fault("NIN4213", ExitCode.CalledWrong, $"{Shown(address)}: is no address of a server. Try http://127.0.0.1:9090.");
        if (uri.UserInfo.Length > 0) throw new Fault("NIN4213", ExitCode.CalledWrong, $"{Shown(address)}: has a password in it, which would be seen by others on this machine. Put a bearer token into a file and name it with --token-file.");
        root = uri;
        // A redirect would carry the token elsewhere.
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = System.Net.DecompressionMethods.GZip }) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBytes };
        if (tokenFile is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TokenOf(tokenFile));
    }

    public string Host => root.Authority;

    public void Dispose() => client.Dispose();

    /// <summary>An address without what may be secret in it.</summary>
    public static string Shown(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? $"{uri.Scheme}://{uri.Authority}{uri.AbsolutePath}" : address;

    /// <summary>How it looks, as far as it says so: the longest interval and time-out of its targets, and how long a query repeats a sample.</summary>
    public async Task<PrometheusMeaning> SettingsAsync(PrometheusMeaning means, CancellationToken cancellation)
    {
        // Some servers that speak the same API, and some proxies before it, do not have these: then what is usual is taken, and said.
        if (await AskAsync("api/v1/targets?state=active", cancellation) is ({ } targets, _) && ScrapesOf(targets) is { } scrapes)
            means = means with { ScrapeInterval = scrapes.Interval, ScrapeTimeout = scrapes.Timeout, Because = "as the server says" };
        if (await AskAsync("api/v1/status/flags", cancellation) is ({ } flags, _) && LookbackOf(flags) is { } lookback) means = means with { Lookback = lookback };
        return means;
    }

    /// <summary>Before anything is asked.</summary>
    /// <exception cref="Fault">NIN4213, NIN4212: more than is ever asked of a server.</exception>
    public static void RequireWithinLimits(string query, Duration span, Duration step)
    {
        if (query.Length > MostQueryLength) throw new Fault("NIN4213", ExitCode.CalledWrong, $"--query: has more than {MostQueryLength} characters.");
        if (span / step >= (double)MostParts * MostPoints) throw new Fault("NIN4212", ExitCode.CalledWrong, $"--step: the server would have to be asked more than {MostParts} times. Take a longer one, or a shorter span.");
    }

    /// <returns>SHA-256 over what was asked and answered.</returns>
    /// <exception cref="Fault">NIN4217: it cannot be reached, or refuses.</exception>
    /// <exception cref="FormatException">It answers what is no range, or more than the limits.</exception>
    public async Task<byte[]> ReadRangeAsync(string query, Instant from, Instant to, Duration step, SampleReading into, Action<double> progress, CancellationToken cancellation)
    {
        var part = step * (MostPoints - 1);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var begin = from; begin <= to; begin += part + step)
        {
            var end = Instant.Min(begin + part, to);
            var (answer, refused) = await AskAsync($"api/v1/query_range?query={Uri.EscapeDataString(query)}&start={Seconds(begin)}&end={Seconds(end)}&step={step.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)}", cancellation);
            var body = answer ?? throw refused!;
            hash.AppendData(body);
            QueryResult.Read(body, into);
            progress((end - from) / (to - from));
        }
        return hash.GetHashAndReset();
    }

    /// <returns>The answer, or why there is none; null of both never.</returns>
    private async Task<(byte[]? Body, Fault? Refused)> AskAsync(string path, CancellationToken cancellation)
    {
        var shown = Shown(root.AbsoluteUri);
        using var deadline = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var answer = await client.GetAsync(new Uri(root, path), either.Token);
            var body = await answer.Content.ReadAsByteArrayAsync(either.Token);
            return answer.IsSuccessStatusCode ? (body, null)
                : (null, new Fault("NIN4217", ExitCode.OutOfReach, $"{shown}: {(int)answer.StatusCode} {answer.ReasonPhrase}{Reason((int)answer.StatusCode, body)}"));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new Fault("NIN4217", ExitCode.OutOfReach, $"{shown}: no whole answer within {Limit.TotalSeconds:0} s. Take a longer --step, or a narrower --query.");
        }
        catch (HttpRequestException failed)
        {
            throw new Fault("NIN4217", ExitCode.OutOfReach, $"{shown}: {Redaction.ByShape.Apply((failed.InnerException ?? failed).Message)} Look whether it runs, and is reached from here.");
        }
    }

    private static string Reason(int status, byte[] body)
    {
        try
        {
            using var said = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            if (said.RootElement.ValueKind == JsonValueKind.Object && said.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String)
                return $": {Redaction.ByShape.Apply(error.GetString() is { Length: > 500 } much ? much[..499] + "…" : error.GetString()!)}. Mend the --query, --from, --to or --step.";
        }
        catch (JsonException)
        {
            // A proxy's page, or nothing: the status says it all.
        }
        return status switch
        {
            401 or 403 => ": the token is missing, wrong, or may not read this. Name one with --token-file.",
            >= 300 and < 400 => ": it sends elsewhere. Name the address where it is.",
            404 => ": there is no API of Prometheus here. Name the address that has /api/v1/query_range below it.",
            _ => ".",
        };
    }

    private static (Duration Interval, Duration Timeout)? ScrapesOf(byte[] body)
    {
        try
        {
            using var said = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            if (!said.RootElement.TryGetProperty("data", out var data) || !data.TryGetProperty("activeTargets", out var targets) || targets.ValueKind != JsonValueKind.Array) return null;
            Duration? interval = null, timeout = null;
            foreach (var target in targets.EnumerateArray())
            {
                interval = Longer(interval, target, "scrapeInterval");
                timeout = Longer(timeout, target, "scrapeTimeout");
            }
            return interval is { } every && timeout is { } most ? (every, most) : null;
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            return null; // another server's idea of the same address
        }
    }

    private static Duration? Longer(Duration? known, JsonElement target, string name) =>
        target.TryGetProperty(name, out var text) && LengthOf(text.GetString()) is { } length && (known is null || length > known) ? length : known;

    private static Duration? LookbackOf(byte[] body)
    {
        try
        {
            using var said = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            return said.RootElement.TryGetProperty("data", out var data) && data.TryGetProperty("query.lookback-delta", out var text) ? LengthOf(text.GetString()) : null;
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Duration? LengthOf(string? text) => text is not null && GoDuration.Seconds(text) is > 0 and var seconds ? Duration.FromMilliseconds((long)(seconds * 1_000)) : null;

    private static string Seconds(Instant instant) => (instant.ToUnixTimeMilliseconds() / 1_000m).ToString("0.###", CultureInfo.InvariantCulture);

    private static string TokenOf(string path)
    {
        var token = System.Text.Encoding.UTF8.GetString(SourceFile.Read(path, MostTokenLength)).Trim();
        return token.Length > 0 && token.All(c => c is > ' ' and < '\u007f') ? token
            : throw new Fault("NIN4213", ExitCode.CalledWrong, $"--token-file: {path} holds no token: one line of printable characters.");
    }
}
