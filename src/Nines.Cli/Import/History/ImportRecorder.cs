using System.Collections.Immutable;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Output;
using Nines.Cli.Watching.Control;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Snapshots;

namespace Nines.Cli.Import.History;

/// <summary>Puts imports on record: into the journal where nobody watches, else by way of the watch that writes it.</summary>
/// <param name="folder">The data folder.</param>
internal sealed class ImportRecorder(string folder, TimeProvider time)
{
    public const string Stream = "import";

    private const string LockName = "import.lock";

    /// <summary>One import at a time: names of outages count on from what is on record.</summary>
    /// <exception cref="Fault">NIN4214: another one runs.</exception>
    public FileStream Begin()
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                // What is on record is the owner's alone.
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
                else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            throw new Fault("NIN4214", ExitCode.OutOfReach, $"{Path.Combine(folder, LockName)}: {held.Message} Another import runs on this data folder, or it cannot be written: wait until it is done, or name another with --data.");
        }
    }

    /// <summary>What is on record now; nothing where there is no journal yet.</summary>
    public async Task<LedgerProjection> LedgerAsync(CancellationToken cancellation)
    {
        try
        {
            await using var journal = await SqliteJournal.OpenReadOnlyAsync(folder, time, cancellation: cancellation);
            return await LedgerSnapshot.LoadAsync(journal, folder, cancellation);
        }
        catch (JournalException none) when (none.Code is JournalErrors.MissingFolder or JournalErrors.NoJournal)
        {
            return new LedgerProjection();
        }
    }

    /// <returns>Where it went, as the end of a sentence.</returns>
    /// <exception cref="Fault">NIN4215: too large to hand to a watch that runs, or it refused.</exception>
    public async Task<string> RecordAsync(ImmutableArray<HistoryImported> facts, long asOf, CancellationToken cancellation)
    {
        try
        {
            await using var journal = await SqliteJournal.OpenAsync(folder, time, cancellation: cancellation);
            await journal.AppendAsync(new Append(Stream, $"{asOf}/{facts[0].Digest}", [.. facts]), cancellation);
            return folder;
        }
        catch (JournalException held) when (held.Code == JournalErrors.HeldByAnotherWriter)
        {
            return await TellAsync(facts, cancellation);
        }
    }

    /// <summary>A component at a time, so that no request grows with the number of components.</summary>
    private async Task<string> TellAsync(ImmutableArray<HistoryImported> facts, CancellationToken cancellation)
    {
        for (var i = 0; i < facts.Length; i++)
        {
            var fact = facts[i];
            var before = i == 0 ? "" : $" What came before it ({i} of {facts.Length} components) is on record.";
            var command = new ControlCommand.ImportHistory(fact);
            if (new ControlRequest(null, command).Write().Length > ControlRequest.MostBytes - 4_096)
                throw new Fault("NIN4215", ExitCode.OutOfReach, $"{fact.Component}: its history is larger than what a running `nines up` takes ({ControlRequest.MostBytes >> 20} MiB). Stop it, import, and start it again; or import a shorter span at a time with --from and --to.{before}");
            var reply = await ControlClient.SendAsync(folder, command, time, cancellation);
            if (reply.Exit != ExitCode.Done) throw new Fault("NIN4215", reply.Exit, $"{fact.Component}: the running `nines up` did not take it: {string.Join(" ", reply.Lines)} Stop it, import, and start it again.{before}");
        }
        return $"{folder}, by way of the `nines up` that runs on it";
    }
}
