namespace Nines.Probing.Scheduling;

/// <summary>
/// Each slot once, ordered by the tick at which it next wants attention, then by index: the same input gives the same order.
/// Changing a slot's tick costs O(log n) and allocates nothing.
/// </summary>
internal sealed class DueHeap
{
    private long[] ticks;
    private int[] order;
    private int[] places;

    public DueHeap(int count)
    {
        ticks = new long[count];
        order = new int[count];
        places = new int[count];
        Array.Fill(ticks, long.MaxValue);
        for (var i = 0; i < count; i++) order[i] = places[i] = i;
    }

    /// <summary>The first slot and its tick; (−1, <see cref="long.MaxValue"/>) when there are no slots.</summary>
    public (int Slot, long Tick) First => order.Length == 0 ? (-1, long.MaxValue) : (order[0], ticks[order[0]]);

    /// <summary>Makes room for more slots, which want no attention yet.</summary>
    /// <param name="count">In all; not fewer than before.</param>
    public void Grow(int count)
    {
        var before = order.Length;
        Array.Resize(ref ticks, count);
        Array.Resize(ref order, count);
        Array.Resize(ref places, count);
        for (var i = before; i < count; i++) (ticks[i], order[i], places[i]) = (long.MaxValue, i, i);
    }

    public void Set(int slot, long tick)
    {
        ticks[slot] = tick;
        if (!Up(places[slot])) Down(places[slot]);
    }

    private bool Before(int a, int b) => ticks[a] < ticks[b] || (ticks[a] == ticks[b] && a < b);

    private bool Up(int place)
    {
        var moved = false;
        while (place > 0 && Before(order[place], order[(place - 1) / 2]))
        {
            Swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
            moved = true;
        }
        return moved;
    }

    private void Down(int place)
    {
        while (true)
        {
            var least = place;
            for (var child = 2 * place + 1; child <= 2 * place + 2 && child < order.Length; child++)
                if (Before(order[child], order[least])) least = child;
            if (least == place) return;
            Swap(place, least);
            place = least;
        }
    }

    private void Swap(int a, int b)
    {
        (order[a], order[b]) = (order[b], order[a]);
        places[order[a]] = a;
        places[order[b]] = b;
    }
}
