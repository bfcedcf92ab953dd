using System.CommandLine;
using System.Runtime.InteropServices;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Config;
using Nines.Cli.Discovery;
using Nines.Cli.Output;
using Nines.Cli.Watching;
using Nines.Cli.Watching.Control;
using Nines.Cli.Watching.Reports;
using Nines.Core.Control;
using Nines.Ledger.Snapshots;
using Nines.Ledger.Text;
using Nines.Response.Notices;
using Nines.Web;

namespace Nines.Cli.Verbs.Running;

/// <summary><c>nines up</c>: watch, judge, keep, until told to stop.</summary>
public static class UpVerb
{
    public static Command Create(TimeProvider time, Screen screen)
    {
        var file = ConfigOption.Create();
        var data = new Option<string?>("--data") { Description = "The data folder; else the config's", HelpName = "FOLDER" };
        var withStdin = new Option<bool>("--end-with-stdin") { Description = "Stop when stdin ends: for a process that starts this one, so that nothing is left when it is killed", Hidden = true };
        var command = new Command("up", "Watch everything in the config until told to stop") { file, data, withStdin };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var effective = new EffectiveConfig(parsed.GetValue(file)!, new ConfigSurroundings(), time, text => screen.Error.Write(ResultWriter.Printable(text, keepLines: false) + "\n"));
            if (ConfigOption.Load(await effective.ReadAsync(cancellation), screen, out var refused) is not { } config) return (int)refused;
            var folder = parsed.GetValue(data) is { } given ? Path.GetFullPath(given) : null;
            if (folder is not null) config = config with { DataFolder = folder };
            // Not disposed: stdin may end while we do.
            var parent = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (parsed.GetValue(withStdin)) _ = CancelWithStdinAsync(parent);
            return (int)await RunAsync(effective, folder, config, time, screen, parent.Token);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(EffectiveConfig effective, string? dataFolder, LoadedConfig config, TimeProvider time, Screen screen, CancellationToken cancellation)
    {
        // Not disposed: a signal that comes while we end is handled on a thread of its own, which may be later than we are.
        var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true; // we end by ourselves, after what was seen is kept
            stopping.Cancel();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var manager = new ServiceManager(Environment.GetEnvironmentVariable, time);
        var redaction = config.Redaction;
        var gate = new Lock();
        var unsaid = 0;
        void Line(TextWriter to, string text, bool asItIs = false)
        {
            lock (gate)
            {
                try
                {
                    to.Write(ResultWriter.Printable(asItIs ? text : redaction.Apply(config.Redaction.Apply(text)), keepLines: false) + "\n");
                    to.Flush();
                    if (unsaid == 0) return;
                    var lines = unsaid;
                    unsaid = 0;
                    to.Write($"{Counted.Of(lines, "line")} could not be written here or to the other stream.\n");
                    to.Flush();
                }
                catch (IOException)
                {
                    unsaid++; // a log on a full disk must not end the watch; what matters is in the journal
                }
            }
        }
        Operator? orders = null;
        using var reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true; // it would end us; one that comes before we watch finds a config that has only just been read
            if (orders is not null) _ = ReloadAsync(orders, text => Line(screen.Error, text), stopping.Token);
        });
        try
        {
            CreateDataFolder(config.DataFolder);
            await using var journal = await SqliteJournal.OpenAsync(config.DataFolder, time, cancellation: stopping.Token);
            Watcher? watching = null;
            var notices = new NoticesNow();
            var plan = new WatchPlan(component => watching?.NextLook(component), () => notices.Sender?.Plan, component => watching?.LastLooks(component));
            // The server listens before the watch has begun: until then it can be told nothing.
            async Task<Told> Tell(ControlCommand command, string by, CancellationToken patience) =>
                orders is null ? ControlReply.NotYet.AsTold() : (await orders.CarryOutAsync(command, by, patience)).AsTold();
            await using var beside = await SideServices.StartAsync(
                config, journal, time, () => watching?.Status, () => watching?.Config, plan, Tell, text => Line(screen.Error, text), text => Line(screen.Error, text, asItIs: true), stopping.Token);
            var watcher = watching = await Watcher.PrepareAsync(config, journal, beside.Inbox, time, text => Line(screen.Error, text), stopping.Token);
            config = config with { Json = "" }; // the watcher puts it on record, and it is large
            watcher.Reloaded += next => redaction = next.Redaction; // what was a secret before stays one
            using var telling = new CancellationTokenSource();
            async Task Telling(string what, Task running)
            {
                try
                {
                    await running;
                }
                catch (Exception broken)
                {
                    // Watching goes on without it, but never in silence.
                    Line(screen.Error, $"NIN5001: {what} ended: {broken.Message} What is watched and kept is not affected; restart to have them again.");
                }
            }
            var keeper = new LedgerKeeper(journal, config.DataFolder, time, text => Line(screen.Error, text));
            Task[] tellers =
            [
                Telling("the announcements", new Announcer(journal, keeper, text => Line(screen.Out, text)).RunAsync(telling.Token)),
                Telling("the notices", SendNoticesAsync(journal, watcher, notices, time, text => Line(screen.Error, text), telling.Token)),
                Telling("the reports", SendReportsAsync(journal, watcher, time, text => Line(screen.Error, text), telling.Token)),
                Telling("the word to the service manager", manager.KeepTellingAsync(() => watcher.Turns, () => watcher.About, telling.Token)),
            ];
            orders = new Operator(effective, dataFolder, watcher, beside.IsListening, manager, patience => LedgerSnapshot.LoadAsync(journal, config.DataFolder, patience), text => Line(screen.Error, text));
            await using var control = OpenControl(config.DataFolder, time, orders, text => Line(screen.Error, text));
            Line(screen.Error, $"{watcher.About}; records in {config.DataFolder}. Ctrl-C stops.");
            using var ending = stopping.Token.Register(manager.Stopping);
            manager.Ready(watcher.About);
            var following = Telling("discovery", orders.FollowDiscoveryAsync(telling.Token));
            await watcher.RunAsync(stopping.Token);
            await telling.CancelAsync();
            await Task.WhenAll([following, .. tellers]);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return ExitCode.Done; // told to stop before anything was watched
        }
        catch (JournalException broken)
        {
            Line(screen.Error, $"{broken.Code}: {broken.Message}");
            return ExitCode.OutOfReach;
        }
        catch (ListenException taken)
        {
            Line(screen.Error, $"NIN3001: cannot listen on {taken.Message}. Set 'listen' to an address and port that are free.");
            return ExitCode.OutOfReach;
        }
    }

    /// <summary>Watching is worth more than being told things: without its socket it goes on.</summary>
    private static ControlSocket? OpenControl(string dataFolder, TimeProvider time, Operator orders, Action<string> say)
    {
        try
        {
            return ControlSocket.Open(dataFolder, time, orders.CarryOutAsync);
        }
        catch (Fault fault)
        {
            say($"{fault.Code}: {fault.Message} Until then nines reload, maintenance, pause, resume, ack, note and correct cannot reach this run; SIGHUP reloads.");
            return null;
        }
    }

    private static async Task ReloadAsync(Operator orders, Action<string> say, CancellationToken stopping)
    {
        try
        {
            await orders.ReloadAsync("SIGHUP", stopping);
        }
        catch (OperationCanceledException)
        {
            return; // told to stop meanwhile
        }
        catch (Exception bug)
        {
            say($"NIN5000: a defect of Nines: the reload failed: {bug.GetType().Name}: {bug.Message} The config before stays in effect.");
        }
    }

    /// <summary>Who sends notices now: changes with a reload. Read by whoever asks what happens next.</summary>
    private sealed class NoticesNow
    {
        private volatile NoticeSender? sender;

        public NoticeSender? Sender
        {
            get => sender;
            set => sender = value;
        }
    }

    /// <summary>Begins anew with each config that names others: what was told is on record, so nobody is told twice.</summary>
    private static async Task SendNoticesAsync(IJournal journal, Watcher watcher, NoticesNow now, TimeProvider time, Action<string> say, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var channels = Channels(watcher.Config);
            // Not disposed: a reload may cancel it while we end.
            var outdated = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            void Compare(LoadedConfig next)
            {
                if (!Channels(next).SequenceEqual(channels)) outdated.Cancel();
            }
            watcher.Reloaded += Compare;
            Compare(watcher.Config);
            if (channels.Count == 0) await Task.Delay(Timeout.InfiniteTimeSpan, time, outdated.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // nobody to tell: no ledger of its own
            else
            {
                using var notices = new NoticeSender(journal, channels, new NoticeOptions(), time, say);
                now.Sender = notices;
                await notices.RunAsync(outdated.Token);
                now.Sender = null;
            }
            watcher.Reloaded -= Compare;
        }
    }

    /// <summary>Begins anew with each config that names others, or prices otherwise: what was sent is on record.</summary>
    private static async Task SendReportsAsync(IJournal journal, Watcher watcher, TimeProvider time, Action<string> say, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var (reports, pricing) = (watcher.Config.Reports, watcher.Config.Pricing);
            // Not disposed: a reload may cancel it while we end.
            var outdated = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            void Compare(LoadedConfig next)
            {
                if (!ReferenceEquals(next.Pricing, pricing) || !next.Reports.SequenceEqual(reports)) outdated.Cancel();
            }
            watcher.Reloaded += Compare;
            Compare(watcher.Config);
            if (reports.IsEmpty) await Task.Delay(Timeout.InfiniteTimeSpan, time, outdated.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // nothing to send: no ledger of its own
            else
            {
                using var sender = new ReportSender(journal, reports, new ReportPress(pricing, PricingReader.ReadFile), new NoticeOptions { LookEvery = TimeSpan.FromSeconds(10) }, time, say);
                await sender.RunAsync(outdated.Token);
            }
            watcher.Reloaded -= Compare;
        }
    }

    private static IReadOnlyList<NoticeChannel> Channels(LoadedConfig config) =>
    [
        .. config.Notifiers.Select(notifier => notifier.Kind switch
        {
            NotifierKind.Webhook => (NoticeChannel)new NoticeChannel.Webhook(notifier.Name, notifier.Url),
            NotifierKind.Slack => new NoticeChannel.Slack(notifier.Name, notifier.Url),
        }),
    ];

    private static async Task CancelWithStdinAsync(CancellationTokenSource parent)
    {
        await using var stdin = Console.OpenStandardInput();
        var ignored = new byte[256];
        try
        {
            while (await stdin.ReadAsync(ignored) > 0)
            {
                // Only its end says anything.
            }
        }
        finally
        {
            await parent.CancelAsync(); // also when it cannot be read
        }
    }

    private static void CreateDataFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        try
        {
            // What is on record is the owner's alone.
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(JournalErrors.NotWritable, $"{folder}: the data folder cannot be made ({refused.Message}). Make it, or set 'data' to a folder that you can write.", refused);
        }
    }
}
