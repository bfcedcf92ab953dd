using System.CommandLine;
using System.Security.Cryptography;
using Nines.Cli.Output;
using Nines.Ledger.History;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary>What every import is told by the call.</summary>
/// <param name="Place">The file or folder.</param>
/// <param name="Everything">What rows that name no target are of; null where the call names no component.</param>
/// <param name="Zone">For instants without a zone.</param>
/// <param name="Cadence">Null takes the source's own.</param>
/// <param name="Progress">Told the share that is done, 0 to 1.</param>
internal sealed record HistoryQuery(string Place, string? Everything, DateTimeZone Zone, Duration? Cadence, Instant Now, TimeProvider Time, Action<double> Progress)
{
    /// <summary>The span asked for, for sources that need not read more; null where the call names none.</summary>
    public Instant? From { get; init; }

    /// <inheritdoc cref="From"/>
    public Instant? To { get; init; }
}

/// <summary>What was read.</summary>
/// <param name="Source">The tool and the name of what was read, without its place on this machine.</param>
/// <param name="Content">SHA-256 over what was read.</param>
/// <param name="Beside">What the publisher says itself; empty where it says nothing.</param>
internal sealed record SourceReading(string Source, byte[] Content, ReadHistory History, IReadOnlyList<FigureBeside> Beside);

/// <summary>One tool whose records can be imported: a class, and a subcommand of <c>nines import</c>. Registered in <see cref="HistorySources"/>.</summary>
internal abstract class HistorySource
{
    /// <summary>The subcommand.</summary>
    public abstract string Name { get; }

    /// <summary>What it reads, for the help.</summary>
    public abstract string About { get; }

    /// <summary>FILE, FOLDER or URL, and what that is.</summary>
    public abstract (string HelpName, string Description) Place { get; }

    /// <summary>Options of its own.</summary>
    public virtual IReadOnlyList<Option> Options => [];

    /// <exception cref="Fault">NIN4210: it cannot be read. NIN4211: it is not what it should be. NIN4212: it is larger than a limit.</exception>
    public abstract Task<SourceReading> ReadAsync(HistoryQuery query, ParseResult parsed, CancellationToken cancellation);
}

/// <summary>All of them, in the order of the help.</summary>
internal static class HistorySources
{
    public static IReadOnlyList<HistorySource> All { get; } = [new UpptimeSource(), new StatuspageSource(), new PrometheusSource(), new KumaSource(), new GatusSource(), new CsvSource()];
}

/// <summary>Reads files that others wrote, within limits.</summary>
internal static class SourceFile
{
    /// <summary>Bytes of one file.</summary>
    public const long MostBytes = 128L << 20;

    /// <summary>Rows of one source.</summary>
    public const int MostRows = 2_000_000;

    public static byte[] Read(string path, long mostBytes = MostBytes)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > mostBytes) throw TooLarge(path, $"{file.Length:N0} bytes; at most {mostBytes:N0} are read");
            return File.ReadAllBytes(path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var why = wrong is FileNotFoundException or DirectoryNotFoundException ? "it is not there" : wrong is UnauthorizedAccessException ? "permission denied, or it is a folder" : wrong.Message;
            throw new Fault("NIN4210", ExitCode.OutOfReach, $"{path}: cannot be read: {why}. Name what the other tool wrote, or made at an export.");
        }
    }

    public static Fault TooLarge(string path, string what) =>
        new("NIN4212", ExitCode.CalledWrong, $"{path}: it has {what}. Export a shorter span, or split it and import one part after the other.");

    public static Fault NotWhatItShouldBe(string path, string why) =>
        new("NIN4211", ExitCode.CalledWrong, $"{path}: cannot be imported: {why}. See docs/reference/import.md for what is understood.");

    /// <summary>One digest over several files, their names included.</summary>
    public static byte[] Digest(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, bytes) in files)
        {
            hash.AppendData(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));
            hash.AppendData(SHA256.HashData(bytes));
        }
        return hash.GetHashAndReset();
    }
}
