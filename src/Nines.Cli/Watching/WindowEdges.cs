using Nines.Core.Components;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>
/// Which components are to be looked at once more because a maintenance window of theirs is about to begin or to end. What is taken down in its window was
/// seen up the moment before, and what is up again was seen so before the window was over: half an interval of downtime is not charged that nobody had.
/// </summary>
internal sealed class WindowEdges
{
    /// <summary>How long before an edge: the watcher's loop comes by every second. A look that could not begin for so long comes too late to be of use.</summary>
    public static readonly Duration Lead = Duration.FromSeconds(2);

    private readonly HashSet<(string Window, Instant Edge)> lookedAt = [];

    /// <returns>Each component once; each edge leads to one look.</returns>
    public IReadOnlyCollection<ComponentId> Near(IEnumerable<DeclaredWindow> windows, Instant now)
    {
        lookedAt.RemoveWhere(one => one.Edge < now);
        var near = new HashSet<ComponentId>();
        foreach (var window in windows)
            foreach (var edge in (Instant[])[window.From, window.End])
                if (window.End > window.From && edge > now && edge - now <= Lead && lookedAt.Add((window.Id, edge))) near.UnionWith(window.Components);
        return near;
    }
}
