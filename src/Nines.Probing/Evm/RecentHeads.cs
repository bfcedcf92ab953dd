namespace Nines.Probing.Evm;

/// <summary>The heads of the last ten answers: what a client of the node has seen.</summary>
internal sealed class RecentHeads
{
    /// <summary>A head that goes back by one is an ordinary re-organisation.</summary>
    private const ulong Tolerated = 1;

    private const int Most = 10;

    private readonly Queue<ulong> heads = new(Most);

    /// <summary>True when one of them was lower than one before it.</summary>
    public bool Fell
    {
        get
        {
            ulong highest = 0;
            foreach (var head in heads)
            {
                if (IsFall(highest, head)) return true;
                highest = Math.Max(highest, head);
            }
            return false;
        }
    }

    /// <summary>The highest of them; null before the first.</summary>
    public ulong? Highest => heads.Count == 0 ? null : heads.Max();

    public static bool IsFall(ulong before, ulong after) => before > after && before - after > Tolerated;

    public void Note(ulong head)
    {
        if (heads.Count == Most) heads.Dequeue();
        heads.Enqueue(head);
    }
}
