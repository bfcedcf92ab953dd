using System.Collections.Immutable;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;

namespace Nines.Cli.Discovery;

/// <summary>
/// The config as it is now: what the files say, and what their sources have discovered. <see cref="ReadAsync"/> is what a start and a
/// reload take; <see cref="NextAsync"/> is the signal that discovery makes it another one.
/// </summary>
internal sealed class EffectiveConfig(string path, ConfigSurroundings surroundings, TimeProvider time, Action<string> say) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly ConfigLoader loader = new(surroundings);
    private readonly Sources sources = new(time, say);
    private readonly SemaphoreSlim gate = new(1);
    private ParsedConfig? parsed;   // null while there are no sources
    private string digest = "";
    private WeakReference<ConfigReading.Loaded>? last;   // only to tell it from others: the text of a large config is not held for that

    /// <summary>Reads the files anew, asks every source, and puts both together.</summary>
    public async Task<ConfigReading> ReadAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (ConfigFiles.Open(path, out var unreadable) is not { } files) return new ConfigReading.Refused([unreadable!]);
            var fresh = ConfigLoader.Parse(files);
            var asked = loader.SourcesIn(fresh);
            if (asked.Length > 0)
            {
                sources.Forget(asked);
                await sources.AskAsync(asked, all: true, cancellation);
            }
            var reading = Compose(fresh, asked);
            if (reading is not ConfigReading.Loaded loaded) return reading;
            // A config with mistakes changes nothing: discovery goes on with the one before. The tree of thousands of components is large, and without sources nobody asks for it again.
            (parsed, digest) = (asked.Length > 0 ? fresh : null, loaded.Config.Digest);
            Volatile.Write(ref last, new WeakReference<ConfigReading.Loaded>(loaded));
            return reading;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Waits until what the sources say makes another config, and gives that.</summary>
    public async Task<ConfigReading.Loaded> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Tick, time, cancellation);
            await gate.WaitAsync(cancellation);
            try
            {
                // Bound anew each time: a token file may have been renewed.
                if (parsed is null || loader.SourcesIn(parsed) is not { Length: > 0 } asked || !await sources.AskAsync(asked, all: false, cancellation)) continue;
                switch (Compose(parsed, asked))
                {
                    case ConfigReading.Loaded loaded when loaded.Config.Digest != digest:
                        digest = loaded.Config.Digest;
                        Volatile.Write(ref last, new WeakReference<ConfigReading.Loaded>(loaded));
                        return loaded;
                    case ConfigReading.Refused { Mistakes: var mistakes }:
                        say($"discover: what is there now makes a config with {mistakes.Length} mistakes, and the one before stays: {mistakes[0]}");
                        break;
                }
            }
            finally
            {
                gate.Release();
            }
        }
    }

    /// <summary>True when no config has been read since that one.</summary>
    public bool IsLast(ConfigReading.Loaded reading) => Volatile.Read(ref last)?.TryGetTarget(out var read) == true && ReferenceEquals(read, reading);

    public void Dispose() => gate.Dispose();

    private ConfigReading Compose(ParsedConfig config, ImmutableArray<DiscoverSource> asked)
    {
        if (asked.Length == 0) return loader.Read(config, []);
        var found = sources.Found(asked).ToList();
        var components = DiscoveredComponents.Of(found, config.ComponentNames, out var leftOut);
        return loader.Read(config, components) switch
        {
            ConfigReading.Loaded loaded => loaded with { LeftOut = [.. found.SelectMany(pair => pair.Found.Mistakes), .. leftOut, .. loaded.LeftOut], Notes = [.. sources.Problems] },
            var refused => refused,
        };
    }
}
