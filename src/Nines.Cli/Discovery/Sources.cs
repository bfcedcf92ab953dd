using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using NodaTime;

namespace Nines.Cli.Discovery;

/// <summary>
/// Asks the sources of a config, each as often as it wants to be, and remembers what they said last: a file that vanished, an API that
/// fails and a list that has collapsed change nothing but what is said.
/// </summary>
internal sealed class Sources(TimeProvider time, Action<string> say)
{
    /// <summary>A list of at least so many that falls below a tenth of it is not believed at once.</summary>
    public const int CollapseFrom = 10;

    private const int MostFiles = 1_000, MaxBytes = 64 << 20;

    private readonly Dictionary<(string Source, string Unit), Known> known = [];
    private readonly Dictionary<string, Instant> due = new(StringComparer.Ordinal);

    /// <summary>What a file or an address said last.</summary>
    private sealed class Known
    {
        public Found Found { get; set; } = new([], []);
        public Instant? ReadAt { get; set; }
        public (DateTime Written, long Length)? Stamp { get; set; }
        public string Digest { get; set; } = "";
        public string? Problem { get; set; }
        public Instant? CollapsedSince { get; set; }
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    /// <summary>Everything that is known, a source after the other.</summary>
    public IEnumerable<(DiscoverSource Source, Found Found)> Found(IEnumerable<DiscoverSource> sources) => sources.SelectMany(source => known
        .Where(pair => pair.Key.Source == source.Entry.Name)
        .OrderBy(pair => pair.Key.Unit, StringComparer.Ordinal)
        .Select(pair => (source, pair.Value.Found)));

    /// <summary>What is wrong with sources now, as whole sentences.</summary>
    public IEnumerable<string> Problems => known.Where(pair => pair.Value.Problem is not null).OrderBy(pair => pair.Key.Unit, StringComparer.Ordinal).Select(pair => pair.Value.Problem!);

    /// <summary>Forgets what no longer belongs to the config, and files that are gone: an operator who reloads has seen to it.</summary>
    public void Forget(IReadOnlyList<DiscoverSource> sources)
    {
        foreach (var key in known.Keys.ToList())
        {
            var source = sources.FirstOrDefault(candidate => candidate.Entry.Name == key.Source);
            if (source is null || !IsAddress(source, key.Unit) && !File.Exists(key.Unit)) known.Remove(key);
        }
    }

    /// <param name="all">Asks also those whose time has not come.</param>
    /// <returns>True when something else is known now.</returns>
    public async Task<bool> AskAsync(IReadOnlyList<DiscoverSource> sources, bool all, CancellationToken cancellation)
    {
        var changed = false;
        foreach (var source in sources)
        {
            if (!all && due.TryGetValue(source.Entry.Name, out var next) && Now < next) continue;
            due[source.Entry.Name] = Now + source.Entry.Every;
            foreach (var unit in Units(source)) changed |= await AskAsync(source, unit, cancellation);
        }
        return changed;
    }

    private async Task<bool> AskAsync(DiscoverSource source, string unit, CancellationToken cancellation)
    {
        var before = known.TryGetValue((source.Entry.Name, unit), out var old) ? old : known[(source.Entry.Name, unit)] = new Known();
        try
        {
            var stamp = IsAddress(source, unit) ? null : StampOf(unit);
            if (stamp is not null && stamp == before.Stamp && before.Problem is null) return false;
            var found = await ReadAsync(source, unit, cancellation);
            if (IsCollapse(source, before, found)) return false;
            var digest = DigestOf(found);
            if (before.Problem is not null) say($"discover {source.Entry.Name}: {unit} can be read again: {found.Targets.Length} targets.");
            else if (before.ReadAt is not null && digest != before.Digest) say($"discover {source.Entry.Name}: {unit}: {found.Targets.Length} targets, {before.Found.Targets.Length} before.");
            (before.Problem, before.Stamp, before.ReadAt, before.CollapsedSince) = (null, stamp, Now, null);
            if (digest == before.Digest) return false;
            (before.Found, before.Digest) = (found, digest);
            return true;
        }
        catch (SourceException failed)
        {
            Problem(source, before, failed.Message);
            return false;
        }
    }

    /// <summary>Said once for as long as it is the same.</summary>
    private void Problem(DiscoverSource source, Known of, string what)
    {
        var stays = of.ReadAt is { } at ? $"The {of.Found.Targets.Length} targets of {NodaTime.Text.InstantPattern.General.Format(at)} stay." : "Nothing is known from it yet.";
        var problem = $"discover {source.Entry.Name}: {what} {stays}";
        if (of.Problem == problem) return;
        of.Problem = problem;
        say(problem);
    }

    /// <summary>An API that answers with nothing, or next to nothing, where it had many: a missing permission and a cache that is not filled yet look like that.</summary>
    private bool IsCollapse(DiscoverSource source, Known before, Found found)
    {
        if (source.Entry.Kubernetes is null || before.Found.Targets.Length < CollapseFrom || found.Targets.Length * 10 >= before.Found.Targets.Length) return false;
        before.CollapsedSince ??= Now;
        if (Now - before.CollapsedSince >= source.Entry.BelieveEmptyAfter) return false;
        Problem(source, before, $"{found.Targets.Length} targets where there were {before.Found.Targets.Length}: not believed before it has been so for {Core.Time.DurationText.Print(source.Entry.BelieveEmptyAfter)}.");
        return true;
    }

    private async Task<Found> ReadAsync(DiscoverSource source, string unit, CancellationToken cancellation)
    {
        if (IsAddress(source, unit))
            return await KubernetesApi.ListAsync(new Uri(unit), source.Entry.Token, source.Entry.CaFile is { } ca ? Path.Combine(source.Folder, ca) : null, time, cancellation);
        if (ConfigFiles.OpenOne(unit, out var unreadable, MaxBytes) is not { } text) throw new SourceException($"{unit}: {unreadable!.Message}");
        if (text.Bytes.AsSpan().TrimStart(" \t\r\n"u8).IsEmpty) throw new SourceException($"{unit}: the file is empty. Write [] for no targets.");
        if (text.Bytes.Length > MaxBytes) throw new SourceException($"{unit}: the file has more than {MaxBytes:N0} bytes.");
        return source.Entry.Kubernetes is null ? FileTargets.Read(text.Bytes, text.Source) : KubernetesTargets.Read(text.Bytes, unit, out _);
    }

    private static bool IsAddress(DiscoverSource source, string unit) => source.Entry.Kubernetes is not null && unit.Contains("://", StringComparison.Ordinal);

    /// <summary>The files or the address of a source; files that are known and gone are among them.</summary>
    private IEnumerable<string> Units(DiscoverSource source)
    {
        if (source.Entry.Kubernetes is { } kubernetes) return [kubernetes.Contains("://", StringComparison.Ordinal) ? kubernetes : Path.GetFullPath(Path.Combine(source.Folder, kubernetes))];
        return source.Entry.Files.SelectMany(pattern => Matching(Path.GetFullPath(Path.Combine(source.Folder, pattern))))
            .Concat(known.Keys.Where(key => key.Source == source.Entry.Name).Select(key => key.Unit))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostFiles).ToList();
    }

    private static IEnumerable<string> Matching(string pattern)
    {
        var (folder, name) = (Path.GetDirectoryName(pattern) ?? "/", Path.GetFileName(pattern));
        if (!name.Contains('*', StringComparison.Ordinal)) return [pattern];
        try
        {
            return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, name).Where(file => !Path.GetFileName(file).StartsWith('.')) : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static (DateTime, long)? StampOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? (info.LastWriteTimeUtc, info.Length) : null;
    }

    private static string DigestOf(Found found)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var target in found.Targets)
            foreach (var text in target.Values.SelectMany(pair => (IEnumerable<string>)[pair.Key, pair.Value]).Prepend(target.Source.Name))
            {
                hash.AppendData(Encoding.UTF8.GetBytes(text));
                hash.AppendData([0]);
            }
        foreach (var mistake in found.Mistakes) hash.AppendData(Encoding.UTF8.GetBytes(mistake.ToString()));
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
