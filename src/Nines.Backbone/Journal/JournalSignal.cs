namespace Nines.Backbone.Journal;

/// <summary>Wakes those who wait for entries after a position. Used by engines whose writer is in the same process.</summary>
public sealed class JournalSignal
{
    private readonly Lock gate = new();
    private TaskCompletionSource moved = NewSource();
    private long head;
    private bool closed;

    /// <summary>The last committed position that was announced.</summary>
    public JournalPosition Head => new(Volatile.Read(ref head));

    /// <summary>Announces a committed position; one that is not beyond the last changes nothing.</summary>
    public void Advance(JournalPosition position)
    {
        TaskCompletionSource wake;
        lock (gate)
        {
            if (position.Value <= head) return;
            Volatile.Write(ref head, position.Value);
            (wake, moved) = (moved, NewSource());
        }
        wake.SetResult();
    }

    /// <summary>Ends all waiting with an error.</summary>
    public void Close()
    {
        lock (gate)
        {
            if (closed) return;
            closed = true;
            moved.SetResult();
        }
    }

    /// <exception cref="JournalException">Code <see cref="JournalErrors.Closed"/>.</exception>
    public async Task<JournalPosition> WaitAsync(JournalPosition after, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (head > after.Value) return new JournalPosition(head);
                if (closed) throw JournalErrors.IsClosed();
                next = moved.Task;
            }
            await next.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
