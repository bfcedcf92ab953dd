using Nines.Cli.Output;
using Nines.Cli.Reference;
using Nines.Cli.Verbs;

namespace Nines.Cli.Tests.Docs;

public sealed class CliPageTests
{
    private static string Page()
    {
        var screen = new Screen { Out = TextWriter.Null, Error = TextWriter.Null, IsTerminal = false, HasColor = false, Width = 80 };
        return CliPage.Text(CommandTree.Create(TimeProvider.System, screen));
    }

    [Fact]
    public void The_committed_page_of_the_command_line_is_the_one_that_the_program_makes() => Repository.IsCurrent("docs/reference/cli.md", Page());

    [Theory]
    [InlineData("## nines check [FILE]\n")]
    [InlineData("### nines explain outage ID\n")]
    [InlineData("| `--state closed\\|open` | open or closed |  |\n")]
    [InlineData("| `-c, --config FILE` | ")]
    public void The_page_shows_verbs_nouns_options_values_and_defaults(string line) => Assert.Contains(line, Page());
}
