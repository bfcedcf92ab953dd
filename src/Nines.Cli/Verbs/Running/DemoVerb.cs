using System.CommandLine;
using System.Runtime.InteropServices;
using Nines.Cli.Demo;
using Nines.Cli.Output;

namespace Nines.Cli.Verbs.Running;

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
        var format = OutputOption.Create();

        var command = new Command("demo", "Break a real chain, dApp and venue on this machine, and see what Nines measures") { fast, keep, folder, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            // Not disposed: a signal that comes while we end is handled on a thread of its own, which may be later than we are.
            var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            void Stop(PosixSignalContext context)
            {
                context.Cancel = true; // we end by ourselves, after what we started has ended
                stopping.Cancel();
            }
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
            var stop = stopping.Token;
            var written = OutputOption.Read(parsed, format);
            var run = new DemoRun(new DemoOptions(parsed.GetValue(fast), parsed.GetValue(keep), parsed.GetValue(folder)), time, screen);
            try
            {
                return await run.RunAsync(result => ResultWriter.Write(result, written, screen), stop);
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
