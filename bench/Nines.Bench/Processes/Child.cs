using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Nines.Bench.Processes;

/// <summary>A process that a benchmark runs, and ends: with SIGTERM first, and also when the benchmark itself is ended.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const int LinesKept = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly Process process;
    private readonly Queue<string> said = new();
    private readonly Lock gate = new();
    private bool disposed;

    /// <param name="hear">Gets each line on stdout; null to keep it with what was said on stderr.</param>
    /// <exception cref="MissingException">There is no such program.</exception>
    public Child(string program, IEnumerable<string> arguments, Action<string>? hear = null)
    {
        Program = Path.GetFileName(program);
        process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            if (hear is null) Keep(line.Data);
            else hear(line.Data);
        };
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            throw new MissingException($"{program} could not be started: {error.Message}");
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += KillNow;
    }

    public string Program { get; }
    public int Id => process.Id;

    /// <summary>The last lines that it said on stderr.</summary>
    public string Said
    {
        get
        {
            lock (gate) return string.Join('\n', said);
        }
    }

    /// <summary>Its processor time so far; zero once it has ended.</summary>
    public TimeSpan ProcessorTime => disposed || process.HasExited ? TimeSpan.Zero : process.TotalProcessorTime;

    public void RequireRunning()
    {
        if (process.HasExited) throw new InvalidOperationException($"{Program} ended with code {process.ExitCode}: {Said}");
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed) return;
        disposed = true;
        if (!process.HasExited)
        {
            const int sigterm = 15;
            _ = Kill(process.Id, sigterm);
            using var limit = new CancellationTokenSource(Patience);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }
        AppDomain.CurrentDomain.ProcessExit -= KillNow;
        process.Dispose();
    }

    private void KillNow(object? sender, EventArgs e)
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (gate)
        {
            said.Enqueue(line);
            if (said.Count > LinesKept) said.Dequeue();
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
