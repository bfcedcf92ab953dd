using System.CommandLine;
using Nines.Cli.Demo;
using Nines.Cli.Output;

namespace Nines.Cli.Verbs;

/// <summary><c>nines demo</c>: a real chain, dApp and venue on this machine, watched by the real <c>nines up</c> while faults happen.</summary>
public static class DemoVerb
{
    /// <summary>What a shell says of a process that Ctrl-C ended: 128 + SIGINT.</summary>
    private const int Interrupted = 130;

    public static Command Create(TimeProvider time, Screen screen)
    {
        var fast = new Option<bool>("--fast") { Description = "Shorter faults, side by side: done within a minute" };
        var keep = new Option<bool>("--keep") { Description = "Leave everything running at the end, until Ctrl-C" };
        var folder = new Option<string?>("--dir") { Description = "Where the config and the data go; else a new temporary folder", HelpName = "FOLDER" };
        var format = new Option<string>("--output", "-o") { Description = "How to write the result", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json", "yaml", "csv");

        var command = new Command("demo", "Break a real chain, dApp and venue on this machine, and see what Nines measures") { fast, keep, folder, format };
        command.SetAction(async (parsed, stop) =>
        {
            var written = Enum.Parse<OutputFormat>(parsed.GetValue(format)!, ignoreCase: true);
            var run = new DemoRun(new DemoOptions(parsed.GetValue(fast), parsed.GetValue(keep), parsed.GetValue(folder)), time, screen);
            try
            {
                return await run.RunAsync(result => ResultWriter.Write(result, written, screen), stop);
            }
            catch (Fault fault)
            {
                await screen.Error.WriteLineAsync($"{fault.Code}: {ResultWriter.Printable(fault.Message, keepLines: true)}");
                return (int)fault.Exit;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await screen.Error.WriteLineAsync("Interrupted; everything that the demo started has ended.");
                return Interrupted;
            }
        });
        return command;
    }
}
