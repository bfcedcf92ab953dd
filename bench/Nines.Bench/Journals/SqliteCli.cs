using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Nines.Bench.Journals;

/// <summary>The peer of the journal: the sqlite3 command with the same durability (WAL, synchronous=FULL), one transaction an insert.</summary>
internal static class SqliteCli
{
    /// <returns>Its version; null when it is not installed.</returns>
    public static async Task<string?> VersionAsync()
    {
        try
        {
            return (await RunAsync("", "--version")).Split(' ')[0];
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <returns>Durable inserts a second, of rows as large as <paramref name="fact"/>.</returns>
    public static async Task<double> InsertsPerSecondAsync(string folder, string fact, int count)
    {
        var database = Path.Combine(folder, "peer.db");
        await RunAsync("PRAGMA journal_mode=WAL; CREATE TABLE entry (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, fact TEXT NOT NULL);", database);
        var script = new StringBuilder("PRAGMA synchronous=FULL;\n");
        for (var i = 0; i < count; i++)
            script.Append(CultureInfo.InvariantCulture, $"INSERT INTO entry (stream, fact) VALUES ('writer-{i % 32}', '{fact.Replace("'", "''", StringComparison.Ordinal)}');\n");
        var timer = Stopwatch.StartNew();
        await RunAsync(script.ToString(), database);
        var elapsed = timer.Elapsed;
        var rows = await RunAsync("SELECT count(*) FROM entry;", database);
        if (rows.Trim() != count.ToString(CultureInfo.InvariantCulture)) throw new InvalidOperationException($"sqlite3 kept {rows.Trim()} of {count} rows.");
        foreach (var file in Directory.GetFiles(folder, "peer.db*")) File.Delete(file);
        return count / elapsed.TotalSeconds;
    }

    private static async Task<string> RunAsync(string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("sqlite3", ["-batch", "-bail", .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"sqlite3 failed: {await errors}");
    }
}
