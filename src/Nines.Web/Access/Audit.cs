using System.Threading.Channels;
using Nines.Core.Control;

namespace Nines.Web.Access;

/// <summary>
/// Puts on record what changed in who may do what: a change is kept with what it changed, in one write, and waits there until the watch has it in
/// the journal. So none is lost, whoever made it and whether anybody watched; after a crash in between one may be there twice, under one id.
/// </summary>
internal sealed class Audit(AccessStore store, TellWatch tell, TimeProvider time)
{
    /// <summary>How soon a change of another process is seen, and a watch that was busy asked again.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(20);

    /// <summary>Until told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Wake() => woken.Writer.TryWrite(true);
        store.Changed += Wake;
        try
        {
            while (true)
            {
                await TellAllAsync(stopping);
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                await Task.WhenAny(woken.Reader.ReadAsync(pause.Token).AsTask(), Task.Delay(LookEvery, time, pause.Token));
                await pause.CancelAsync();
                stopping.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop: what waits is told by the next run.
        }
        finally
        {
            store.Changed -= Wake;
        }
    }

    private async Task TellAllAsync(CancellationToken stopping)
    {
        try
        {
            foreach (var change in store.Read().Unrecorded)
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                limit.CancelAfter(Patience);
                var told = await tell(new ControlCommand.RecordAccess(change), change.By, limit.Token);
                if (told.Result is ToldResult.OutOfReach or ToldResult.Wrong) return; // the watch starts, or its journal takes nothing: later
                await store.ChangeAsync(book => book with { Unrecorded = book.Unrecorded.RemoveAll(waiting => waiting.Id == change.Id) }, stopping);
            }
        }
        catch (AccessException)
        {
            return; // the file cannot be read or written: whoever asks for something is told so; what waits in it waits on
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return; // no word from the watch in time
        }
    }
}
