using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Nines.Web.Access;

/// <summary>
/// The keys by which an identity provider signs: its JWK set (RFC 7517), from a file or by https. They are asked for again every hour, and
/// when a token names one that is not among them, at most once a minute; while the provider cannot be reached those we have stay in use for a day.
/// </summary>
internal sealed class JwtKeys : IDisposable
{
    private const int MostBytes = 1 << 20, MostKeys = 100, SmallestRsa = 2048;

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1), Usable = TimeSpan.FromDays(1), AskAgain = TimeSpan.FromMinutes(1), AnswerLimit = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(5);

    private readonly Uri from;
    private readonly TimeProvider time;
    private readonly Action<string> say;
    private readonly HttpClient http;
    private readonly SemaphoreSlim asking = new(1);
    private ImmutableArray<JsonWebKey> keys = [];
    private long? had, asked;
    private TimeSpan pause = AskAgain;
    private int failures;

    /// <param name="from">https, http to this machine, or a file.</param>
    /// <param name="say">Told when they cannot be had, once until they can.</param>
    public JwtKeys(Uri from, TimeProvider time, Action<string> say)
    {
        (this.from, this.time, this.say) = (from, time, say);
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = AnswerLimit, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = AnswerLimit,
            MaxResponseContentBufferSize = MostBytes,
        };
    }

    /// <summary>The keys that a token may be signed with.</summary>
    /// <param name="id">The <c>kid</c> that it names; null when it names none: then it is the only one that there is.</param>
    /// <returns>Empty when there is none such, or they could not be had.</returns>
    public async Task<ImmutableArray<JsonWebKey>> FindAsync(string? id, CancellationToken cancellation)
    {
        if (IsDue(Matching(id).IsEmpty)) await AskAsync(id, cancellation);
        return had is { } at && time.GetElapsedTime(at) < Usable ? Matching(id) : [];
    }

    public void Dispose()
    {
        http.Dispose();
        asking.Dispose();
    }

    private ImmutableArray<JsonWebKey> Matching(string? id) => id is null ? keys.Length == 1 ? keys : [] : [.. keys.Where(key => key.Kid == id)];

    private bool IsDue(bool isMissing) => asked is not { } last || (time.GetElapsedTime(last) is var past && past >= pause && (isMissing || failures > 0 || past >= Fresh || from.IsFile));

    private async Task AskAsync(string? id, CancellationToken cancellation)
    {
        await asking.WaitAsync(cancellation);
        try
        {
            if (!IsDue(Matching(id).IsEmpty)) return; // somebody else has asked meanwhile
            asked = time.GetTimestamp();
            // Carried through whether the caller waits for it or not: who leaves at once must not use up everybody's turn.
            keys = Read(from.IsFile ? await ReadFileAsync() : await http.GetStringAsync(from));
            (had, failures, pause) = (asked, 0, AskAgain);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or UnauthorizedAccessException or JsonException or ArgumentException or TaskCanceledException)
        {
            failures++;
            pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, 5 * Math.Pow(2, Math.Min(failures - 1, 10))));
            if (failures == 1) say($"{AccessErrors.Keys}: the keys of the identity provider cannot be had ({(failed is TaskCanceledException ? "no answer in time" : failed.Message)}). Those had before stay in use for a day; it is asked again and again. See `console: jwt: keys`.");
        }
        finally
        {
            asking.Release();
        }
    }

    private async Task<string> ReadFileAsync()
    {
        if (new FileInfo(from.LocalPath).Length > MostBytes) throw new IOException("the file is larger than 1 MiB");
        return await File.ReadAllTextAsync(from.LocalPath, Encoding.UTF8);
    }

    /// <summary>Only what can verify one of our algorithms: a symmetric key in a public set would let anybody sign.</summary>
    private static ImmutableArray<JsonWebKey> Read(string json)
    {
        var set = new JsonWebKeySet(json);
        ImmutableArray<JsonWebKey> usable =
        [
            .. set.Keys.Where(key => key.Use is null or "sig")
                .Where(key => key.Kty == JsonWebAlgorithmsKeyTypes.RSA && key.KeySize >= SmallestRsa || key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve && key.Crv == JsonWebKeyECTypes.P256)
                .Take(MostKeys),
        ];
        return usable.IsEmpty ? throw new JsonException("there is no RSA key of 2,048 bits or more and no P-256 key in it") : usable;
    }
}
