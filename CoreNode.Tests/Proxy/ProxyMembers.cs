using System.Globalization;
using CoreNode.Foundation;
using CoreNode.Proxy;
using CoreNode.Store;

namespace CoreNode.Tests.Proxy;

/// <summary>Members for tests: number n is called m<i>n</i>.</summary>
internal static class ProxyMembers
{
    public const ulong Cluster = 0xc1;

    public static Member Make(int number, params string[] urls) => new(
        new NodeId(0x1000UL * (ulong)number),
        string.Create(CultureInfo.InvariantCulture, $"m{number}"),
        [string.Create(CultureInfo.InvariantCulture, $"http://10.0.0.{number}:2380")],
        urls.Length > 0 ? urls : [string.Create(CultureInfo.InvariantCulture, $"http://10.0.0.{number}:2379")]);

    public static MemberList List(params int[] numbers) => new(Cluster, [.. numbers.Select(n => Make(n))]);

    public static string Names(IEnumerable<Route> order) => string.Join(' ', order.Select(static r => r.Name));
}
