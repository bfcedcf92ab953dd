using System.CommandLine;
using Nines.Cli.Output;

namespace Nines.Cli.Verbs;

/// <summary>Runs the verb that was asked for; says what is wrong with a call in one way, and ends with the exit codes that are promised.</summary>
internal static class Shell
{
    public static async Task<int> RunAsync(RootCommand root, string[] args, Screen screen)
    {
        // Whoever types the name alone wants to know what there is.
        var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var mistake in UsageMistakes.Of(parsed)) screen.Error.Write($"NIN4000: {ResultWriter.Printable(mistake, keepLines: false)}\n");
            screen.Error.Write($"'{UsageMistakes.PathOf(parsed)} --help' shows how it is called.\n");
            return (int)ExitCode.CalledWrong;
        }
        try
        {
            // Signals are the verbs' own business: what was seen is kept before the end, however long the disk takes.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = screen.Out, Error = screen.Error });
        }
        catch (Fault fault)
        {
            screen.Error.Write($"{fault.Code}: {ResultWriter.Printable(fault.Message, keepLines: true)}\n");
            return (int)fault.Exit;
        }
        catch (OperationCanceledException)
        {
            return (int)ExitCode.SomethingIsWrong;
        }
        catch (Exception bug)
        {
            screen.Error.Write($"NIN5000: a defect of Nines: {bug.GetType().Name}: {ResultWriter.Printable(Core.Redaction.ByShape.Apply(bug.ToString()), keepLines: true)}\nPlease report it with these lines.\n");
            return (int)ExitCode.OurBug;
        }
    }
}
