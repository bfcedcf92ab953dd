using System.Diagnostics;
using System.Globalization;
using Nines.Testing;

namespace Nines.Backbone.Tests.Embedded;

/// <summary>The appender in a process of its own; its acknowledgements as it prints them.</summary>
internal sealed class AppenderProcess : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Nines.Backbone.Appender.exe" : "Nines.Backbone.Appender");

    private readonly Process process;

    private AppenderProcess(Process process) => this.process = process;

    public static AppenderProcess Start(string folder, int writers, int appends, params string[] under)
    {
        string[] command = [.. under, Program, folder, writers.ToString(CultureInfo.InvariantCulture), appends.ToString(CultureInfo.InvariantCulture)];
        return new AppenderProcess(System.Diagnostics.Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardInput = true })!);
    }

    public Task<string?> LineAsync() => process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Most);

    /// <summary>kill -9, then the lines that it still had printed.</summary>
    public async Task<List<string>> KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line) lines.Add(line);
        return lines;
    }

    public async Task<int> EndAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Patience.Most);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
