using Nines.Cli.Output;
using Nines.Cli.Verbs;

namespace Nines.Cli.Tests.Verbs;

public sealed class ShellTests
{
    private readonly StringWriter output = new();
    private readonly StringWriter talk = new();

    private async Task<(int Exit, string[] Said)> RunAsync(params string[] arguments)
    {
        var screen = new Screen { Out = output, Error = talk, IsTerminal = false, HasColor = false, Width = 80 };
        var exit = await Shell.RunAsync(CommandTree.Create(TimeProvider.System, screen), arguments, screen);
        return (exit, talk.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("get outages --state opne", "NIN4000: --state: 'opne' is none of closed, open. Did you mean 'open'?", "'nines get outages --help' shows how it is called.")]
    [InlineData("get outages -o jsn", "NIN4000: -o: 'jsn' is none of csv, json, table, yaml. Did you mean 'json'?", "'nines get outages --help' shows how it is called.")]
    [InlineData("report --polcy strict", "NIN4000: 'nines report' has no option '--polcy'. Did you mean '--policy'?", "'nines report --help' shows how it is called.")]
    [InlineData("report --polcy=strict", "NIN4000: 'nines report' has no option '--polcy'. Did you mean '--policy'?", "'nines report --help' shows how it is called.")]
    [InlineData("gte outages", "NIN4000: 'nines' knows no 'gte'. Did you mean 'get'?", "'nines --help' shows how it is called.")]
    [InlineData("get outagse", "NIN4000: 'nines get' knows no 'outagse'. Did you mean 'outages'?", "'nines get --help' shows how it is called.")]
    [InlineData("get", "NIN4000: Say which: nines get components, nines get outages, nines get blips, nines get policies.", "'nines get --help' shows how it is called.")]
    [InlineData("explain", "NIN4000: Say which: nines explain outage, nines explain loss.", "'nines explain --help' shows how it is called.")]
    [InlineData("up now", "NIN4000: 'nines up' takes no more words, and 'now' is one.", "'nines up --help' shows how it is called.")]
    public async Task A_mistake_in_a_call_is_said_once_on_one_line_with_what_was_probably_meant(string call, params string[] expected)
    {
        var (exit, said) = await RunAsync(call.Split(' '));
        Assert.Equal(expected, said);
        Assert.Equal(2, exit);
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public async Task No_message_holds_a_character_that_could_not_be_printed()
    {
        var (exit, said) = await RunAsync("get", "outages", "--state", "a\tb\u001b[31m", "--since");
        Assert.Equal(2, exit);
        Assert.Equal(3, said.Length);
        Assert.DoesNotContain('\u001b', talk.ToString());
        Assert.DoesNotContain('\t', talk.ToString());
    }
}
