using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Nines.Cli.Output;

namespace Nines.Cli.Import.History;

/// <summary>The commits of a local clone, as <c>git log</c> tells them. No shell, nothing that the clone's own config could start.</summary>
internal static class GitLog
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <returns>A line a commit, the oldest first: author's date, tab, subject.</returns>
    /// <exception cref="Fault">NIN4210: git is not there, refuses, or takes too long. NIN4212: too long a log.</exception>
    public static async Task<byte[]> ReadAsync(string folder, TimeProvider time, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("git") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in (string[])["--no-pager", "-c", "log.showSignature=false", "-c", "core.fsmonitor=false", "-c", "log.mailmap=false", "-C", folder, "log", "--reverse", "--no-color", "--format=%aI%x09%s"])
            start.ArgumentList.Add(argument);
        (start.Environment["GIT_TERMINAL_PROMPT"], start.Environment["GIT_OPTIONAL_LOCKS"], start.Environment["GIT_NO_LAZY_FETCH"]) = ("0", "0", "1");
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        Process? git = null;
        try
        {
            git = Process.Start(start) ?? throw new Win32Exception("it did not start");
            git.StandardInput.Close();
            var said = ReadErrorAsync(git.StandardError.BaseStream, either.Token);
            using var log = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = await git.StandardOutput.BaseStream.ReadAsync(buffer, either.Token)) > 0;)
            {
                log.Write(buffer, 0, read);
                if (log.Length > SourceFile.MostBytes) throw SourceFile.TooLarge(folder, $"a log of more than {SourceFile.MostBytes:N0} bytes");
            }
            await git.WaitForExitAsync(either.Token);
            return git.ExitCode == 0 ? log.ToArray() : throw Refused(folder, await said);
        }
        catch (Win32Exception missing)
        {
            throw Refused(folder, $"git cannot be started: {missing.Message}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Refused(folder, $"git took longer than {Limit.TotalMinutes:N0} minutes");
        }
        finally
        {
            if (git is { HasExited: false }) git.Kill();
            git?.Dispose();
        }
    }

    private static Fault Refused(string folder, string why) => new("NIN4210", ExitCode.OutOfReach,
        $"{folder}: its log cannot be read: {why.Trim()}. Name a local clone with its history, or put a file commit_transitions.tsv (git log --format=%aI%x09%s) into the folder.");

    /// <summary>The first of what it says; the rest is read and dropped, so that it never waits for us.</summary>
    private static async Task<string> ReadErrorAsync(Stream from, CancellationToken cancellation)
    {
        var kept = new MemoryStream();
        var buffer = new byte[4_096];
        for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0;)
            if (kept.Length < 2_000) kept.Write(buffer, 0, (int)Math.Min(read, 2_000 - kept.Length));
        return Encoding.UTF8.GetString(kept.ToArray());
    }
}
