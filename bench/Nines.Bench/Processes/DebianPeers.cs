using System.Text.Json;

namespace Nines.Bench.Processes;

/// <summary>Debian packages that Nines is measured beside.</summary>
internal static class DebianPeers
{
    /// <summary>Installs what is missing, where that is possible.</summary>
    /// <returns>Their versions, joined by " + "; null where they are not installed and cannot be: said on stderr, never made up.</returns>
    public static async Task<string?> InstalledAsync(string root, params IReadOnlyList<string> packages)
    {
        var line = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var install = new Child(Path.Combine(root, "lab", "peers"), packages, text => line.TrySetResult(text));
        if (await install.EndAsync() != 0 || !line.Task.IsCompletedSuccessfully)
        {
            Talk.Say($"not there to measure beside: {string.Join(" ", packages)}: {install.Said}");
            return null;
        }
        var versions = JsonDocument.Parse(await line.Task).RootElement;
        return string.Join(" + ", packages.Select(package => versions.GetProperty(package).GetString()));
    }
}
