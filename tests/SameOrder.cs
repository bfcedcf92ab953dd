using System.Security.Cryptography;
using System.Text;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Nines.Testing.SameOrder))]
[assembly: TestCaseOrderer(typeof(Nines.Testing.SameOrder))]

namespace Nines.Testing;

/// <summary>
/// Part of every test project. Orders tests by their names and a number (the runner's first argument, <c>:N</c>; <c>./test --order N</c>) alone. The runner's own order
/// follows the folder that the tests lie in: what fails there for its order cannot be repeated here.
/// </summary>
public sealed class SameOrder : ITestCollectionOrderer, ITestCaseOrderer
{
    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => Ordered(testCollections, collection => collection.TestCollectionDisplayName);

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => Ordered(testCases, test => test.TestCaseDisplayName);

    private static List<T> Ordered<T>(IReadOnlyCollection<T> all, Func<T, string> nameOf) =>
        [.. all.OrderBy(one => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{Randomizer.Seed} {nameOf(one)}"))), StringComparer.Ordinal)];
}
