using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Nines.Testing;

/// <summary>Real peers from lab/, each a process that ends with us.</summary>
public sealed class Lab : IAsyncDisposable
{
    private readonly Process process;

    private Lab(Process process, JsonNode ready) => (this.process, Ready) = (process, ready);

    private JsonNode Ready { get; }

    public Uri Url => new(Ready["url"]!.GetValue<string>());

    /// <summary>The stream of a venue, in its own shape or another.</summary>
    public Uri Stream(string? shape = null) => new((shape is null ? Ready["stream"] : Ready["streams"]![shape])!.GetValue<string>());

    /// <summary>A text of the ready line.</summary>
    public string Said(string key) => Ready[key]!.GetValue<string>();

    /// <summary>Where something is read at the admin port.</summary>
    public Uri Admin(string path) => new($"http://127.0.0.1:{Ready["admin_port"]}/admin/{path}");

    public async Task<JsonNode> StatusAsync()
    {
        using var http = new HttpClient();
        return JsonNode.Parse(await http.GetStringAsync(Admin("status")))!;
    }

    /// <summary>A command at the admin port, such as "crossed?on=1".</summary>
    public async Task<JsonNode> CommandAsync(string command)
    {
        using var http = new HttpClient();
        using var response = await http.PostAsync(new Uri($"http://127.0.0.1:{Ready["admin_port"]}/admin/{command}"), null);
        var said = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonNode.Parse(said)! : throw new InvalidOperationException($"{command}: {said}");
    }

    public static string? Folder { get; } = Find();

    /// <summary>Why tests with real peers cannot run here; null when they can.</summary>
    public static string? Missing =>
        Folder is null ? "there is no lab/ above the tests" : Directory.Exists(Path.Combine(Folder, "node_modules")) ? null : "lab/node_modules is not there: run lab/install";

    /// <summary>Why tests with a Bitcoin node cannot run here; null when they can.</summary>
    public static string? MissingBitcoin => Missing ?? (File.Exists(Path.Combine(Folder!, "bitcoin", "node_modules", "mrmr", "build", "Release", "mrmr.node"))
        ? null
        : "the Bitcoin node was not compiled: run lab/install with a C++ compiler, make and python3");

    public static async Task<Lab> StartAsync(string script, params string[] arguments)
    {
        var process = Run(script, ["--end-with-stdin", .. arguments]);
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"lab/{script} ended before it was ready");
        return new Lab(process, JsonNode.Parse(line)!);
    }

    /// <summary>Runs a command of the lab to its end.</summary>
    public static async Task<JsonNode> DoAsync(string script, params string[] arguments)
    {
        using var process = Run(script, arguments);
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonNode.Parse(said)! : throw new InvalidOperationException($"lab/{script} ended with {process.ExitCode}");
    }

    /// <summary>Asks the chain itself, as the lab does.</summary>
    public async Task<JsonNode?> CallAsync(string method, params JsonNode[] parameters)
    {
        using var http = new HttpClient();
        var body = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) };
        using var content = new StringContent(body.ToJsonString(), null, "application/json");
        using var response = await http.PostAsync(Url, content);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["result"];
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static Process Run(string script, string[] arguments) =>
        Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder!, script), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "lab", "chain.mjs"))) return Path.Combine(folder.FullName, "lab");
        return null;
    }
}
