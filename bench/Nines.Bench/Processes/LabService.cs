using System.Text.Json;

namespace Nines.Bench.Processes;

/// <summary>A service of lab/: started, ready, and told what to do at its admin port.</summary>
internal sealed class LabService : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Child child;

    private LabService(Child child, JsonElement ready) => (this.child, Ready) = (child, ready);

    /// <summary>Its ready line: port, url, admin_port and what else the service says.</summary>
    public JsonElement Ready { get; }

    public static async Task<LabService> StartAsync(string root, string name, params IEnumerable<string> arguments)
    {
        var ready = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var child = new Child("node", [Path.Combine(root, "lab", $"{name}.mjs"), "--end-with-stdin", .. arguments], line =>
        {
            var said = JsonDocument.Parse(line).RootElement;
            if (said.TryGetProperty("ready", out _)) ready.TrySetResult(said);
        });
        try
        {
            return new LabService(child, await ready.Task.WaitAsync(ReadyWithin, TimeProvider.System));
        }
        catch (TimeoutException)
        {
            var said = child.Said;
            await child.DisposeAsync();
            throw new MissingException($"lab/{name}.mjs is not ready within {ReadyWithin.TotalSeconds} s: {said}");
        }
    }

    /// <returns>What it answers.</returns>
    public async Task<JsonElement> CommandAsync(string path)
    {
        child.RequireRunning();
        using var response = await Http.PostAsync($"http://127.0.0.1:{Ready.GetProperty("admin_port").GetInt32()}{path}", content: null);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return response.IsSuccessStatusCode ? answer : throw new InvalidOperationException($"{path}: {answer.GetProperty("error").GetString()}");
    }

    public ValueTask DisposeAsync() => child.DisposeAsync();
}
