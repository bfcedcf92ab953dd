namespace Nines.Judging;

/// <summary>An order in which everything comes after what it needs.</summary>
internal static class DependencyOrder
{
    /// <exception cref="ArgumentException">There is a cycle.</exception>
    public static List<Subject> Of(IEnumerable<Subject> subjects)
    {
        var all = subjects.OrderBy(subject => subject.Component.Id).ToArray();
        var waitsFor = all.ToDictionary(subject => subject, subject => subject.Need?.Mentioned().Distinct().Count() ?? 0);
        var ready = new Queue<Subject>(all.Where(subject => waitsFor[subject] == 0));
        var order = new List<Subject>();
        while (ready.TryDequeue(out var next))
        {
            order.Add(next);
            foreach (var dependant in next.Dependants)
                if (--waitsFor[dependant] == 0) ready.Enqueue(dependant);
        }
        if (order.Count < all.Length)
            throw new ArgumentException($"These components need each other in a circle: {string.Join(", ", all.Except(order).Select(subject => subject.Component.Id))}.");
        return order;
    }
}
