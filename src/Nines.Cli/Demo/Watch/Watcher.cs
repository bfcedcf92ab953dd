using Nines.Cli.Output;
using System.Diagnostics;
using Nines.Cli.Demo.Lab;

namespace Nines.Cli.Demo.Watch;

/// <summary>The real <c>nines up</c>: this executable, started a second time, as a user would.</summary>
internal sealed class Watcher : IAsyncDisposable
{
    private const int TalkKept = 2_000;
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    private readonly Process process;
    private readonly TimeProvider time;
    private readonly Task logging;
    private readonly string log;

    private Watcher(Process process, string log, TimeProvider time)
    {
        (this.process, this.log, this.time) = (process, log, time);
        logging = LogAsync();
    }

    /// <param name="log">File that takes what it says.</param>
    public static Watcher Start(string config, string log, TimeProvider time)
    {
        var (file, before) = Ourselves();
        var process = Process.Start(new ProcessStartInfo(file, [.. before, "up", "--config", config, "--end-with-stdin"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{file} did not start.");
        return new Watcher(process, log, time);
    }

    /// <exception cref="Fault">It has ended although nobody asked it to.</exception>
    public void RequireRunning()
    {
        if (process.HasExited) throw DemoFault.WatcherFailed($"nines up ended with code {process.ExitCode}: {LastWords()}");
    }

    /// <summary>Asks it to stop, as an operator would, and waits until it has.</summary>
    /// <exception cref="Fault">It did not stop within 10 s, or not with code 0.</exception>
    public async Task StopAsync()
    {
        RequireRunning();
        Posix.Send(process.Id, Posix.Terminate);
        using var patience = new CancellationTokenSource(EndsWithin, time);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw DemoFault.WatcherFailed($"nines up did not stop within {EndsWithin.TotalSeconds:0} s of SIGTERM: {LastWords()}");
        }
        if (process.ExitCode != 0) throw DemoFault.WatcherFailed($"nines up stopped with code {process.ExitCode}: {LastWords()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            Posix.Send(process.Id, Posix.Terminate);
            using var patience = new CancellationTokenSource(EndsWithin, time);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited) process.Kill();
        }
        await logging;
        process.Dispose();
    }

    /// <summary>How this process was started: the executable itself, or dotnet with our assembly.</summary>
    private static (string File, string[] Before) Ourselves()
    {
        var file = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        var assembly = Path.Combine(AppContext.BaseDirectory, "nines.dll");
        return Path.GetFileNameWithoutExtension(file) == "dotnet" ? (file, [assembly]) : (file, []);
    }

    private async Task LogAsync()
    {
        await using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await using var writer = TextWriter.Synchronized(new StreamWriter(file) { AutoFlush = true });
        await Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));

        async Task CopyAsync(StreamReader lines)
        {
            while (await lines.ReadLineAsync() is { } line) await writer.WriteLineAsync(line);
        }
    }

    private string LastWords()
    {
        var text = File.Exists(log) ? File.ReadAllText(log).Trim() : "";
        return text.Length == 0 ? "it said nothing" : text.Length > TalkKept ? text[^TalkKept..] : text;
    }
}
