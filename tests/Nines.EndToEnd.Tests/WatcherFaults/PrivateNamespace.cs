using System.Diagnostics;
using System.Globalization;

namespace Nines.EndToEnd.Tests.WatcherFaults;

/// <summary>
/// Namespaces of our own (mounts, network) that a process holds until it is told to go: what is mounted and cut in there is nobody
/// else's. They need root and util-linux; a test is skipped where they cannot be had, and says why.
/// </summary>
internal sealed class PrivateNamespace : IAsyncDisposable
{
    private readonly Process holder;
    private readonly string flags;

    private PrivateNamespace(Process holder, string flags) => (this.holder, this.flags) = (holder, flags);

    public int Id => holder.Id;

    /// <param name="flags">As unshare's and nsenter's: -m, -n.</param>
    /// <param name="script">Prepares it, in sh with -e.</param>
    /// <param name="within">The namespace to begin in; the machine's own when null.</param>
    public static async Task<PrivateNamespace> CreateAsync(string flags, string script, PrivateNamespace? within = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Namespaces of mounts and networks need Linux and root.");
        Assert.SkipUnless(Tools.Has("unshare") && Tools.Has("nsenter"), "unshare and nsenter are missing: install util-linux.");
        string[] command = [.. within?.Entering ?? [], "unshare", .. flags.Split(' '), "sh", "-ec", $"{script}\necho ready\nexec cat"];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var holder = Process.Start(start)!;
        if (await holder.StandardOutput.ReadLineAsync() == "ready") return new PrivateNamespace(holder, flags);
        var why = (await holder.StandardError.ReadToEndAsync()).Trim();
        await holder.WaitForExitAsync();
        holder.Dispose();
        // A container may be root and still not be allowed to.
        Assert.SkipWhen(why.Contains("not permitted", StringComparison.OrdinalIgnoreCase), $"No namespace can be made here: {why}");
        throw new InvalidOperationException($"The namespace could not be prepared: {why}");
    }

    /// <summary>The words before a command that is to run in here.</summary>
    public IReadOnlyList<string> Entering => ["nsenter", "-t", holder.Id.ToString(CultureInfo.InvariantCulture), .. flags.Split(' ')];

    /// <summary>As <see cref="Entering"/>, in a folder: entering a mount namespace goes to its root.</summary>
    public IReadOnlyList<string> EnteringAt(string folder) => [.. Entering, "sh", "-c", "cd \"$0\" && exec \"$@\"", folder];

    public async Task<string> RunAsync(params string[] command)
    {
        string[] all = [.. Entering, .. command];
        return await Tools.RunAsync(all[0], all[1..]);
    }

    public async ValueTask DisposeAsync()
    {
        holder.StandardInput.Close();   // its cat ends, and with it what was mounted
        await holder.WaitForExitAsync();
        holder.Dispose();
    }
}

/// <summary>Programs of the machine that some tests need.</summary>
internal static class Tools
{
    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>What it wrote.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await Task.WhenAll(running.StandardOutput.ReadToEndAsync(), running.StandardError.ReadToEndAsync());
        await running.WaitForExitAsync();
        return running.ExitCode == 0 ? said[0] : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {running.ExitCode}: {string.Concat(said)}");
    }
}
