using System.CommandLine;
using System.Text.Json.Nodes;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Keeping;
using Nines.Cli.Verbs;
using Nines.Testing;
using Nines.Web.Access;

namespace Nines.Cli.Tests.Verbs;

/// <summary><c>nines users</c> and <c>nines tokens</c> on a data folder.</summary>
public sealed class AccessVerbTests : IDisposable
{
    private const string Password = "correct horse nine nines";

    private readonly string folder = Directory.CreateTempSubdirectory("nines-users-").FullName;
    private readonly ManualTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<(int Exit, string Out, string Talk)> TypedAsync(string stdin, Func<string, string?>? ask, params string[] arguments)
    {
        using StringWriter output = new(), talk = new();
        var screen = new Screen { Out = output, Error = talk, IsTerminal = false, HasColor = false, Width = 120 };
        using var input = new StringReader(stdin);
        string DataFolder(string? data, string config) => data ?? folder;
        var root = new RootCommand { AccessVerbs.Users(DataFolder, time, screen, input, ask), AccessVerbs.Tokens(DataFolder, time, screen) };
        return (await Shell.RunAsync(root, arguments, screen), output.ToString(), talk.ToString());
    }

    private Task<(int Exit, string Out, string Talk)> RunAsync(params string[] arguments) => TypedAsync("", null, arguments);

    [Fact]
    public async Task Where_nobody_can_log_in_any_more_somebody_at_the_machine_can_let_himself_in()
    {
        Assert.StartsWith("Nobody can log in yet.", (await RunAsync("users", "list")).Out, StringComparison.Ordinal);
        Assert.Equal((0, "ada is admin here.\n", ""), await TypedAsync($"{Password}\nmore\n", null, "users", "add", "ada", "--role", "admin", "--name", "Ada"));
        Assert.Equal((0, "ada has another password, and is logged out everywhere.\n", ""), await TypedAsync($"{Password} too\n", null, "users", "password", "ada"));
        Assert.Equal((0, "bob is viewer here.\n", ""), await TypedAsync(Password, null, "users", "add", "bob"));
        Assert.Equal((0, "bob is responder here.\n", ""), await RunAsync("users", "role", "bob", "responder"));
        Assert.Equal((0, "bob cannot log in any more.\n", ""), await RunAsync("users", "disable", "bob"));
        var row = JsonNode.Parse((await RunAsync("users", "list", "-o", "json")).Out)!["users"]![1]!;
        Assert.Equal(("bob", "responder", true), ((string)row["handle"]!, (string)row["role"]!, (bool)row["disabled"]!));
        Assert.Equal(0, (await RunAsync("users", "delete", "bob")).Exit);

        var text = await File.ReadAllTextAsync(Path.Combine(folder, AccessStore.FileName));
        Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
        Assert.Contains("(at the machine)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_asked_for_twice_at_a_terminal_and_never_shown()
    {
        var asked = new List<string>();
        Func<string, string?> Answers(params string[] answers) => question =>
        {
            asked.Add(question);
            return answers[asked.Count - 1];
        };
        Assert.Equal(0, (await TypedAsync("", Answers(Password, Password), "users", "add", "ada", "--role", "admin")).Exit);
        Assert.Equal(["Password for ada: ", "Again: "], asked);
        asked.Clear();
        var (exit, output, talk) = await TypedAsync("", Answers(Password, "another one"), "users", "password", "ada");
        Assert.Equal(2, exit);
        Assert.Contains("NIN4315", talk, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, output + talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_is_told_with_its_code()
    {
        Assert.Contains("NIN4315", (await RunAsync("users", "add", "ada")).Talk, StringComparison.Ordinal);
        Assert.Contains("NIN4315", (await TypedAsync("short\n", null, "users", "add", "ada")).Talk, StringComparison.Ordinal);
        Assert.Contains("NIN4312", (await TypedAsync(Password, null, "users", "add", "Ada Lovelace")).Talk, StringComparison.Ordinal);
        Assert.Contains("NIN4314", (await RunAsync("users", "disable", "ada")).Talk, StringComparison.Ordinal);
        Assert.Contains("NIN4314", (await RunAsync("users", "password", "ada")).Talk, StringComparison.Ordinal);
        Assert.Equal(0, (await TypedAsync(Password, null, "users", "add", "ada", "--role", "admin")).Exit);
        Assert.Contains("NIN4316", (await RunAsync("users", "delete", "ada")).Talk, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("users", "role", "ada", "king")).Exit);
        var (exit, _, talk) = await RunAsync("users", "list", "--data", Path.Combine(folder, "none"));
        Assert.Equal(4, exit);
        Assert.Contains("NIN4311", talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_printed_once_and_can_be_revoked()
    {
        await TypedAsync(Password, null, "users", "add", "ada", "--role", "responder");
        Assert.Contains("NIN4324", (await RunAsync("tokens", "create", "--owner", "ada", "--name", "x", "--scope", "admin")).Talk, StringComparison.Ordinal);
        var (exit, output, talk) = await RunAsync("tokens", "create", "--owner", "ada", "--name", "grafana", "--for", "30d");
        Assert.Equal(0, exit);
        Assert.Matches("^nines_[A-Za-z0-9]+\n$", output); // TOKEN=$(nines tokens create …) holds the token and nothing else
        Assert.StartsWith("It is shown this once. t-", talk, StringComparison.Ordinal);
        var token = output.TrimEnd();
        using var store = new AccessStore(folder, time);
        Assert.Equal(Role.Viewer, (await new ApiTokens(store).FindAsync(token, default))?.Role);
        var list = (await RunAsync("tokens", "list")).Out;
        Assert.DoesNotContain(token, list, StringComparison.Ordinal);
        Assert.Contains("2026-01-31", list, StringComparison.Ordinal);
        var id = list.Split('\n').Select(line => line.Split(' ')[0]).First(word => word.StartsWith("t-", StringComparison.Ordinal));
        Assert.Equal((0, $"{id} is revoked.\n", ""), await RunAsync("tokens", "revoke", id));
        Assert.Null(await new ApiTokens(store).FindAsync(token, default));
        Assert.Contains("NIN4317", (await RunAsync("tokens", "revoke", id)).Talk, StringComparison.Ordinal);
    }
}
