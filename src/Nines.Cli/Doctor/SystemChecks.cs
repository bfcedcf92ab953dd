using System.Globalization;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Config;
using NodaTime;

namespace Nines.Cli.Doctor;

/// <summary>The process and what it has on record: descriptors, memory, time zones, the journal, another nines up.</summary>
internal static class SystemChecks
{
    /// <summary>Beside the probes: the journal, the web server's connections, what the runtime has open.</summary>
    private const int OwnDescriptors = 400;

    /// <summary>A probe needs one for its look, and one for a connection that it holds.</summary>
    private const int DescriptorsAProbe = 2;

    private const long BaseMemory = 200L << 20, MemoryAProbe = 40 << 10;

    public static IEnumerable<HealthCheck> Of(Patient patient)
    {
        var slots = patient.Probes.Sum(probe => probe.From.Length);
        yield return HealthCheck.Of("descriptors", 5, _ => Task.FromResult(Descriptors(slots)));
        yield return HealthCheck.Of("memory", 5, _ => Task.FromResult(Memory(slots)));
        yield return HealthCheck.Of("time zones", 5, _ => Task.FromResult(Zones(patient)));
        yield return HealthCheck.Of("journal", 60, limit => JournalAsync(patient, limit));
        yield return HealthCheck.Of("other nines up", 5, _ => Task.FromResult(Other(patient.DataFolder)));
    }

    /// <summary>What is wrong with the config goes first: without it the other checks look at the defaults.</summary>
    public static Finding Config(ConfigReading reading, string path) => reading switch
    {
        ConfigReading.Loaded { LeftOut.Length: 0, Notes.Length: 0 } loaded => new Finding("config", Verdict.Ok, $"{path}: {loaded.Config.Topology.Components.Length} components"),
        ConfigReading.Loaded loaded => new Finding("config", Verdict.Warning, $"{path}: {loaded.Config.Topology.Components.Length} components, {loaded.LeftOut.Length + loaded.Notes.Length} things discovered are wrong", "Not everything that is there is watched.", "nines check lists them."),
        ConfigReading.Refused { Mistakes: [{ Code: MistakeCode.File } missing, ..] } => new Finding("config", Verdict.Warning, missing.ToString(), "The defaults are looked at.", "nines init writes a first one; -c names another."),
        ConfigReading.Refused refused => new Finding("config", Verdict.Problem, $"{path}: {refused.Mistakes.Length} mistakes", "nines up does not start; the defaults are looked at.", "nines check lists them."),
        _ => throw new InvalidOperationException("ConfigReading is a closed hierarchy."),
    };

    private static Finding Descriptors(int slots)
    {
        var need = (long)slots * DescriptorsAProbe + OwnDescriptors;
        if (Machine.MostDescriptors() is not { } most) return new Finding("descriptors", Verdict.Ok, "there is no limit on this system");
        var what = string.Create(CultureInfo.InvariantCulture, $"{most:N0} may be open; {slots:N0} probes from their vantage points need up to {need:N0}");
        return most >= need ? new Finding("descriptors", Verdict.Ok, what)
            : new Finding("descriptors", Verdict.Problem, what, "Probes that find none see nothing: our fault, and a hole in coverage.", string.Create(CultureInfo.InvariantCulture, $"ulimit -n {need}, or LimitNOFILE={need} in the service."));
    }

    private static Finding Memory(int slots)
    {
        var need = BaseMemory + slots * MemoryAProbe;
        if (Machine.FreeMemory() is not { } free) return new Finding("memory", Verdict.Ok, "it is not told here");
        var what = string.Create(CultureInfo.InvariantCulture, $"{free >> 20:N0} MiB can be had; about {need >> 20:N0} MiB are needed");
        return free >= need ? new Finding("memory", Verdict.Ok, what) : new Finding("memory", Verdict.Warning, what, "The system may end the process when memory runs out.", "Give it more memory, or share the work between several Nines.");
    }

    /// <summary>Zones come with Nines; old ones place maintenance wrong where a country has changed its rules since.</summary>
    private static Finding Zones(Patient patient)
    {
        var version = DateTimeZoneProviders.Tzdb.VersionId;
        var year = version.Split(' ').Select(word => word.Length >= 5 && int.TryParse(word[..4], CultureInfo.InvariantCulture, out var found) && found is > 2000 and < 3000 ? found : 0).Max();
        var old = year > 0 && patient.Time.GetUtcNow().Year - year > 2;
        return old ? new Finding("time zones", Verdict.Warning, version, "Countries have changed their clocks since.", "Update Nines.") : new Finding("time zones", Verdict.Ok, version);
    }

    /// <summary>So many facts are read back: a look, not an audit.</summary>
    private const long FactsRead = 50_000;

    /// <summary>Reads the end of the record: positions without a gap, and every fact readable.</summary>
    private static async Task<Finding> JournalAsync(Patient patient, CancellationToken limit)
    {
        try
        {
            await using var journal = await SqliteJournal.OpenReadOnlyAsync(patient.DataFolder, patient.Time, cancellation: limit);
            var head = (await journal.HeadAsync(limit)).Value;
            long facts = 0, last = Math.Max(0, head - FactsRead);
            await foreach (var entry in journal.ReadAllAsync(new JournalPosition(last), new JournalPosition(head), limit))
            {
                if (entry.Position.Value != last + 1) return new Finding("journal", Verdict.Problem, $"after position {last} comes {entry.Position.Value}", "Facts are missing from the record.", "Stop Nines, keep a copy of the folder as it is, restore a backup.");
                last = entry.Position.Value;
                facts++;
            }
            return last == head
                ? new Finding("journal", Verdict.Ok, string.Create(CultureInfo.InvariantCulture, $"{head:N0} facts on record; the last {facts:N0} can be read and have no gap"))
                : new Finding("journal", Verdict.Problem, $"it ends at position {head}, and {last} is the last that can be read", "Facts are missing from the record.", "Stop Nines, keep a copy of the folder as it is, restore a backup.");
        }
        catch (JournalException none) when (none.Code is JournalErrors.MissingFolder or JournalErrors.NoJournal)
        {
            return new Finding("journal", Verdict.Ok, "nothing is on record yet");
        }
        catch (JournalException broken)
        {
            return new Finding("journal", Verdict.Problem, $"{broken.Code}: {broken.Message}", "What is on record cannot be read.", "docs/reference/errors.md says what to do.");
        }
    }

    private static Finding Other(string folder) => SqliteJournal.WriterOf(folder) is { } holder
        ? new Finding("other nines up", Verdict.Ok, $"{folder} is written by {holder}")
        : new Finding("other nines up", Verdict.Ok, "no other one writes to the data folder");
}
