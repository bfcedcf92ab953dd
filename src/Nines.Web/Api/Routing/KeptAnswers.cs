using System.Text;
using System.Text.Json;
using Nines.Ledger.Documents;
using NodaTime;
using NodaTime.Extensions;

namespace Nines.Web.Api.Routing;

/// <summary>
/// What came of calls of the API that had an Idempotency-Key, and of forms, which all have one, so that a repeat does nothing and gets the same answer. That a call begins is on disk
/// before it is run, and what came of it before it is told; a call that a crash cut off is not run again, for nobody knows how far it got.
/// </summary>
/// <remarks>
/// A file of its own, not the journal: its keys belong to streams with one writer each, it keeps no answers, and most of these are worth
/// nothing after a day. Safe for concurrent use.
/// </remarks>
internal sealed class KeptAnswers : IDisposable
{
    public const string FileName = "kept-answers.jsonl";

    /// <summary>Of one caller, and of all: of more the oldest is forgotten.</summary>
    public const int MostOfOne = 1_000, MostOfAll = 10_000;

    /// <summary>A longer answer is not kept, only that there was one.</summary>
    private const int LongestAnswer = 64 << 10;

    /// <summary>Lines of which the file is written anew with what still counts.</summary>
    private const int MostLines = 3 * MostOfAll;

    public static readonly Duration KeptFor = Duration.FromHours(24);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Who, string Key), Call> calls = [];
    private readonly LinkedList<(string Who, string Key)> order = new();
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly string? path;
    private FileStream? file;
    private int lines;

    /// <param name="folder">Where the file is; null keeps everything in memory only.</param>
    /// <param name="say">Told when the file cannot be used: watching goes on, and a restart forgets the keys.</param>
    public KeptAnswers(string? folder, TimeProvider time, Action<string> say)
    {
        this.time = time;
        if (folder is null || !Directory.Exists(folder)) return;
        path = Path.Combine(folder, FileName);
        try
        {
            if (File.Exists(path)) Load(File.ReadLines(path));
            WriteAnew();
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            say($"{path} cannot be used ({unusable.Message}): after a restart a repeated call of the API is carried out again. Make it writable and restart.");
            file?.Dispose();
            file = null;
        }
    }

    /// <summary>Runs a call, unless it has been run: then what came of it. Callers with the same key at the same time wait for the first.</summary>
    /// <param name="who">Keys of different callers have nothing to do with each other.</param>
    /// <param name="digest">Of what is asked for: the same key for something else is refused.</param>
    /// <param name="keep">False when the answer holds a secret.</param>
    /// <exception cref="ApiProblem">The key was used for something else, or what came of the first call is not known.</exception>
    public async Task<ApiAnswer> RunAsync(string who, string key, string digest, bool keep, Func<Task<ApiAnswer>> call, CancellationToken cancellation)
    {
        while (true)
        {
            var (own, first) = Begin(who, key, digest);
            if (first) return await RunFirstAsync((who, key), own, keep, call);
            if (own.Digest != digest) throw new ApiProblem(422, "NIN4337", "An Idempotency-Key of something else", "The key was used for another request within the last 24 h.", "Take a new key for each thing that is to be done once.");
            if (await own.Done.Task.WaitAsync(cancellation) is not { } outcome) continue; // it came to nothing: this one is the first now
            return outcome.Answer ?? throw new ApiProblem(409, "NIN4344", "Done before, and the answer is gone",
                outcome.InDoubt ? "A call with this key was cut off when Nines stopped: whether it was carried out is not known." : "A call with this key was carried out; its answer is not kept, for it is long or holds a secret.",
                "Look how things are now; to do it again, take a new key.");
        }
    }

    public void Dispose() => file?.Dispose();

    private async Task<ApiAnswer> RunFirstAsync((string Who, string Key) name, Call own, bool keep, Func<Task<ApiAnswer>> call)
    {
        ApiAnswer answer;
        try
        {
            answer = await call();
        }
        catch
        {
            // Nothing was done that is worth keeping: a repeat may go better.
            try
            {
                lock (gate)
                {
                    Forget(name);
                    Write(new Line(own.At, name.Who, name.Key, null, null, null, null, true));
                }
            }
            finally
            {
                own.End(null);
            }
            throw;
        }
        var kept = keep && answer.Content.Length <= LongestAnswer ? answer : null;
        try
        {
            lock (gate) Write(new Line(own.At, name.Who, name.Key, own.Digest, answer.Status, kept?.MediaType, kept is null ? null : Encoding.UTF8.GetString(kept.Content.Span), false));
        }
        finally
        {
            own.End(new Outcome(kept, false)); // done is done, whether the disk has it or not
        }
        return answer;
    }

    private (Call Call, bool First) Begin(string who, string key, string digest)
    {
        lock (gate)
        {
            var now = time.GetUtcNow().ToInstant();
            while (order.First is { Value: var oldest } && (calls[oldest].At + KeptFor < now || order.Count >= MostOfAll)) Forget(oldest);
            if (calls.TryGetValue((who, key), out var known)) return (known, false);
            if (counts.GetValueOrDefault(who) >= MostOfOne) Forget(order.First(one => one.Who == who));
            var call = new Call(now, digest);
            Write(new Line(now, who, key, digest, null, null, null, false)); // first on disk: when that fails, nothing is run
            Remember((who, key), call);
            return (call, true);
        }
    }

    private void Remember((string Who, string Key) name, Call call)
    {
        calls[name] = call;
        order.AddLast(name);
        counts[name.Who] = counts.GetValueOrDefault(name.Who) + 1;
    }

    private void Forget((string Who, string Key) name)
    {
        if (!calls.Remove(name)) return;
        order.Remove(name);
        if (counts[name.Who] == 1) counts.Remove(name.Who);
        else counts[name.Who]--;
    }

    private void Load(IEnumerable<string> text)
    {
        foreach (var one in text)
        {
            if (Read(one) is not { } line) continue; // cut off by a crash: what it would have told is in doubt, as its first line says
            var name = (line.Who, line.Key);
            if (line.Dropped || line.Status is not null) Forget(name);
            if (line.Dropped || line.Digest is not { } digest) continue;
            var call = new Call(line.At, digest);
            call.End(line.Status is { } status && line.MediaType is { } media && line.Body is { } body
                ? new Outcome(new ApiAnswer(status, media, Encoding.UTF8.GetBytes(body)), false) : new Outcome(null, line.Status is null));
            Remember(name, call);
        }
    }

    private static Line? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(line, DocumentJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Write(Line line)
    {
        if (file is null) return;
        if (++lines > MostLines) WriteAnew();
        file!.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, DocumentJson.Options), (byte)'\n']);
        file.Flush(flushToDisk: true);
    }

    /// <summary>With what still counts, in one step. Only the owner may read it: answers name people.</summary>
    private void WriteAnew()
    {
        var now = time.GetUtcNow().ToInstant();
        var fresh = path + ".new";
        file?.Dispose();
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        file = new FileStream(fresh, options);
        lines = 0;
        foreach (var (who, key) in order.ToList())
        {
            var call = calls[(who, key)];
            if (call.At + KeptFor < now && call.Done.Task.IsCompleted) Forget((who, key));
            else
            {
                var answer = call.Known?.Answer;
                lines++;
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(new Line(call.At, who, key, call.Digest, call.Known is { InDoubt: false } ? answer?.Status ?? 200 : null,
                    answer?.MediaType, answer is null ? null : Encoding.UTF8.GetString(answer.Content.Span), false), DocumentJson.Options), (byte)'\n']);
            }
        }
        file.Flush(flushToDisk: true);
        File.Move(fresh, path!, overwrite: true);
    }

    /// <param name="Status">Null while it runs.</param>
    /// <param name="Dropped">It came to nothing.</param>
    private sealed record Line(Instant At, string Who, string Key, string? Digest, int? Status, string? MediaType, string? Body, bool Dropped);

    /// <param name="Answer">Null when it is not kept.</param>
    /// <param name="InDoubt">Nobody knows whether it was carried out.</param>
    private sealed record Outcome(ApiAnswer? Answer, bool InDoubt);

    private sealed class Call(Instant at, string digest)
    {
        public Instant At { get; } = at;
        public string Digest { get; } = digest;

        /// <summary>Null when it came to nothing.</summary>
        public TaskCompletionSource<Outcome?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What came of it, once that is known.</summary>
        public Outcome? Known { get; private set; }

        public void End(Outcome? outcome)
        {
            Known = outcome;
            Done.SetResult(outcome);
        }
    }
}
