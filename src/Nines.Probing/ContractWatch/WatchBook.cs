using System.Collections.Immutable;
using System.Globalization;
using NodaTime;

namespace Nines.Probing.ContractWatch;

/// <summary>
/// What was told of a contract: each thing once, taken back when the chain takes it back, and open for as long as it is unexpected. No I/O.
/// </summary>
/// <param name="memory">What an earlier run knew.</param>
/// <param name="pins">What the config says a part may be; a part that is not among them is what it was at first.</param>
/// <param name="hold">How long what is not pinned stays open.</param>
/// <param name="plannedUntil">End of the maintenance window that holds at an instant; null when none does.</param>
internal sealed class WatchBook(
    ContractMemory memory, IReadOnlyDictionary<ContractPart, ImmutableArray<string>> pins, Duration hold, Func<Instant, Instant?> plannedUntil)
{
    /// <summary>Blocks whose hashes are kept: on Ethereum, more than can be re-organised away without a slashing.</summary>
    public const int MostCheckpoints = 90;

    /// <summary>Findings that are kept; the oldest are dropped, those first that are closed.</summary>
    private const int MostFindings = 500;

    private const int MostInText = 5;

    public ContractMemory Memory { get; private set; } = memory;

    /// <summary>How far events have been told; null before the first look.</summary>
    public Checkpoint? Cursor => Memory.Told is [.., var last] ? last : null;

    public IEnumerable<Finding> Open => Memory.Findings.Where(finding => !finding.IsClosed);

    public IEnumerable<Finding> Unexpected => Open.Where(finding => finding.IsSecurity);

    /// <summary>Since when something has been unexpected; null while nothing is.</summary>
    public Instant? UnexpectedSince => Unexpected.Any() ? Instant.FromUnixTimeSeconds(Unexpected.Min(finding => finding.At)) : null;

    /// <summary>What is unexpected, oldest first; null while nothing is.</summary>
    public string? UnexpectedText => Sentences([.. Unexpected.OrderBy(finding => finding.At)]);

    /// <summary>What was taken back; null when nothing was.</summary>
    public string? WithdrawnText => Sentences(Memory.Withdrawn);

    public bool IsChanged(ContractPart part) => Unexpected.Any(finding => finding.Part == part);

    public int Count(string eventName) => Open.Count(finding => finding.Name == eventName);

    /// <summary>All blocks up to this one have been looked at.</summary>
    public void MoveTo(Checkpoint block)
    {
        var told = Memory.Told.RemoveAll(known => known.Number >= block.Number).Add(block);
        Memory = Memory with { Told = told.Length > MostCheckpoints ? told[^MostCheckpoints..] : told };
    }

    /// <summary>Blocks were not looked at, and will not be.</summary>
    public void SayGap(ulong blocks, Instant now) => Memory = Memory with { Gap = checked(Memory.Gap + blocks), GapSaid = now.ToUnixTimeMilliseconds() };

    /// <summary>An event is told, unless it was before. One that was taken back and has come again goes on as it was.</summary>
    public void Tell(string id, string name, string text, bool isSecurity, ulong block, Instant at, Instant now)
    {
        if (Memory.Findings.Any(finding => finding.Id == id)) return;
        var before = Memory.Withdrawn.FirstOrDefault(finding => finding.Id == id);
        var told = before is null
            ? new Finding(id, name, null, $"{text} in block {block} of {Shown(at)}", isSecurity, block, at.ToUnixTimeSeconds(), now.ToUnixTimeMilliseconds())
            : before with { Text = $"{text} in block {block} of {Shown(at)}, after it had been in another that was re-organised away", Block = block, At = at.ToUnixTimeSeconds() };
        Memory = Memory with
        {
            Withdrawn = Memory.Withdrawn.RemoveAll(finding => finding.Id == id),
            LastEvent = told.Text,
            PausedByEvent = name switch { EventRule.PausedName => true, EventRule.UnpausedName => false, _ => Memory.PausedByEvent },
        };
        Add(told);
    }

    /// <summary>A part is so at a block.</summary>
    /// <param name="changedIn">The first block in which it was so, where it was otherwise before.</param>
    /// <param name="isExplained">It had to change with another part that did: another implementation has other code.</param>
    public void See(ContractPart part, string value, ulong changedIn, Instant at, Instant now, bool isExplained = false)
    {
        var was = Memory.Seen.GetValueOrDefault(part);
        Memory = Memory with { Seen = Memory.Seen.SetItem(part, value) };
        if (pins.TryGetValue(part, out var allowed))
        {
            SeePinned(part, value, allowed, was, changedIn, at, now);
            return;
        }
        Memory = Memory with { Findings = Memory.Findings.RemoveAll(finding => finding.Part == part && finding.IsPinned) };
        if (was is null || was == value || isExplained) return;
        var id = $"{part} {was} {value}";
        var before = Memory.Withdrawn.FirstOrDefault(finding => finding.Id == id);
        Memory = Memory with { Withdrawn = Memory.Withdrawn.RemoveAll(finding => finding.Id == id) };
        Add(new Finding(id, null, part, $"{Word(part)} was {was} and is {value} since block {changedIn} of {Shown(at)}", true,
            changedIn, at.ToUnixTimeSeconds(), before?.Told ?? now.ToUnixTimeMilliseconds()) { Was = was, IsClosed = before?.IsClosed ?? false, PlannedUntil = before?.PlannedUntil });
    }

    /// <summary>What was told of the blocks above this one is no longer so.</summary>
    public void TakeBack(ulong above, Instant now)
    {
        var gone = Memory.Findings.Where(finding => finding.Block > above).ToArray();
        var (seen, paused) = (Memory.Seen, Memory.PausedByEvent);
        foreach (var finding in gone.Reverse())
        {
            if (finding is { Part: { } part, Was: { } was }) seen = seen.SetItem(part, was);
            // Its code went with it, and comes back with it.
            if (finding.Part == ContractPart.Implementation) seen = seen.Remove(ContractPart.ImplementationCode);
            if (finding.Name is EventRule.PausedName or EventRule.UnpausedName) paused = finding.Name == EventRule.UnpausedName;
        }
        Memory = Memory with
        {
            Told = Memory.Told.RemoveAll(block => block.Number > above),
            Findings = Memory.Findings.RemoveAll(finding => finding.Block > above),
            Withdrawn = [.. Memory.Withdrawn, .. gone.Where(finding => !finding.IsPinned).Select(finding => finding with { Text = $"{finding.Text}, which was re-organised away", GoneAt = now.ToUnixTimeMilliseconds() })],
            Seen = seen,
            SeenAt = Memory.SeenAt is { } at ? Math.Min(at, above) : null,
            PausedByEvent = paused,
        };
        if (gone.LastOrDefault(finding => finding.Name is not null) is { } last) Memory = Memory with { LastEvent = $"{last.Text}, which was re-organised away" };
    }

    public void SeenAt(ulong block) => Memory = Memory with { SeenAt = block };

    /// <summary>Time passes: closes what has been open for long enough, and what happened in a window that is nearly over.</summary>
    /// <param name="margin">So long before its window ends what was planned is closed: it must not outlast the window until the next look.</param>
    public void PassTo(Instant now, Duration margin)
    {
        var oldest = Memory.Told is [var first, ..] ? first.Number : 0;
        Memory = Memory with
        {
            Findings = [.. Memory.Findings.Select(finding => Aged(finding, now, margin)).Where(finding => !finding.IsClosed || finding.Block >= oldest)],
            Withdrawn = Memory.Withdrawn.RemoveAll(finding => now - Instant.FromUnixTimeMilliseconds(finding.GoneAt) >= hold),
            Gap = Memory.Gap > 0 && now - Instant.FromUnixTimeMilliseconds(Memory.GapSaid) >= hold ? 0 : Memory.Gap,
        };
    }

    public static string Word(ContractPart part) => part switch
    {
        ContractPart.Implementation => "implementation",
        ContractPart.Admin => "admin",
        ContractPart.Beacon => "beacon",
        ContractPart.Code => "code hash",
        ContractPart.ImplementationCode => "the implementation's code hash",
    };

    private Finding Aged(Finding finding, Instant now, Duration margin)
    {
        if (finding.IsPinned || finding.IsClosed) return finding;
        var until = plannedUntil(Instant.FromUnixTimeSeconds(finding.At))?.ToUnixTimeMilliseconds() ?? finding.PlannedUntil;
        var isOver = until is { } planned && now + margin >= Instant.FromUnixTimeMilliseconds(planned);
        return finding with { PlannedUntil = until, IsClosed = isOver || now - Instant.FromUnixTimeMilliseconds(finding.Told) >= hold };
    }

    private void SeePinned(ContractPart part, string value, ImmutableArray<string> allowed, string? was, ulong changedIn, Instant at, Instant now)
    {
        var open = Memory.Findings.FirstOrDefault(finding => finding.Part == part && finding.IsPinned);
        Memory = Memory with { Findings = Memory.Findings.RemoveAll(finding => finding.Part == part) };
        if (allowed.Contains(value, StringComparer.OrdinalIgnoreCase)) return;
        var since = was is null || was == value ? $"when it was looked at in block {changedIn}" : $"since block {changedIn}";
        Add(open is not null && was == value ? open
            : new Finding($"{part} pinned", null, part, $"{Word(part)} is {value} {since} of {Shown(at)}, not {string.Join(" or ", allowed)}", true,
                open?.Block ?? changedIn, open?.At ?? at.ToUnixTimeSeconds(), now.ToUnixTimeMilliseconds()) { IsPinned = true, Was = was });
    }

    private void Add(Finding finding)
    {
        var all = Memory.Findings.Add(finding);
        if (all.Length > MostFindings) all = all.Remove(all.FirstOrDefault(one => one.IsClosed) ?? all[0]);
        Memory = Memory with { Findings = all };
    }

    private static string? Sentences(IReadOnlyList<Finding> findings) =>
        findings.Count == 0 ? null
        : string.Join("; ", findings.Take(MostInText).Select(finding => finding.Text)) + (findings.Count > MostInText ? string.Create(CultureInfo.InvariantCulture, $"; and {findings.Count - MostInText} more") : "");

    private static string Shown(Instant at) => at.ToString("uuuu-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
