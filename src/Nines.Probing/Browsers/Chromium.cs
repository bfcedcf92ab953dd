using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nines.Probing.Browsers;

/// <summary>There is no browser to look with: ours, never the target's.</summary>
internal sealed class NoBrowserException(string message) : Exception(message);

/// <summary>A headless Chromium with a profile of its own, for one look. It ends with the look, and also when this process is killed: its pipe breaks then.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    /// <summary>The pipes of the protocol are descriptors 3 and 4, which a process started from here cannot be given but by way of a shell. Nothing is put into its text.</summary>
    private const string Redirecting = "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null";

    private readonly Process process;
    private readonly string profile;

    private Chromium(Process process, string profile, Action<string, JsonElement> heard)
    {
        (this.process, this.profile) = (process, profile);
        Tools = new DevTools(process.StandardInput.BaseStream, process.StandardOutput.BaseStream, heard);
    }

    public DevTools Tools { get; }

    /// <exception cref="NoBrowserException">There is none, or it cannot be started.</exception>
    public static Chromium Start(BrowserOptions options, Uri? proxy, Action<string, JsonElement> heard)
    {
        var program = options.Chromium ?? Find() ?? throw new NoBrowserException($"no_browser: none of {string.Join(", ", Names)} is in PATH. Install Chromium, or name it with chromium:");
        if (!File.Exists(program)) throw new NoBrowserException($"no_browser: there is no {program}");
        if (Environment.IsPrivilegedProcess && !options.NoSandbox)
            throw new NoBrowserException("no_sandbox: as root Chromium does not run in its sandbox. Run Nines as another user, or write no_sandbox: true");
        var profile = Directory.CreateTempSubdirectory("nines-browser-").FullName;
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", Redirecting, program, .. Arguments(options, proxy, profile)]) start.ArgumentList.Add(argument);
        try
        {
            return new Chromium(Process.Start(start)!, profile, heard);
        }
        catch (Win32Exception e)
        {
            Directory.Delete(profile, recursive: true);
            throw new NoBrowserException($"no_browser: {program} cannot be started: {e.Message}");
        }
    }

    /// <summary>Ends it, by its own hand where it has one, and removes its profile.</summary>
    public async ValueTask DisposeAsync()
    {
        Tools.Dispose();
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync().ConfigureAwait(false);
        process.Dispose();
        await RemoveAsync(profile).ConfigureAwait(false);
    }

    /// <summary>Children of the browser may still write for a moment after they were killed.</summary>
    private static async Task RemoveAsync(string folder)
    {
        for (var left = 20; ; left--)
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && left > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System).ConfigureAwait(false);
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
    }

    private static IEnumerable<string> Arguments(BrowserOptions options, Uri? proxy, string profile)
    {
        string[] always =
        [
            "--headless=new", "--remote-debugging-pipe", $"--user-data-dir={profile}", $"--window-size={options.Width},{options.Height}", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync", "--disable-breakpad", "--disable-crash-reporter",
            "--metrics-recording-only", "--mute-audio", "--no-first-run", "--no-default-browser-check", "--no-pings", "--password-store=basic", "--use-mock-keychain", "about:blank",
        ];
        if (options.NoSandbox) yield return "--no-sandbox";
        if (proxy is not null)
        {
            yield return $"--proxy-server={proxy.GetLeftPart(UriPartial.Authority)}";
            yield return "--proxy-bypass-list=<-loopback>";
        }
        foreach (var argument in always) yield return argument;
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
