using System.Globalization;

namespace CoreNode.Foundation;

/// <summary>
/// Identity of one member of a cluster; 0 means "nobody". Shown as hex without padding, as etcd does.
/// </summary>
public readonly record struct NodeId(ulong Value) : IComparable<NodeId>
{
    /// <summary>Nobody: no vote given, no leader known.</summary>
    public static readonly NodeId None;

    /// <summary>True when this names nobody.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    public static bool operator <(NodeId a, NodeId b) => a.Value < b.Value;

    public static bool operator >(NodeId a, NodeId b) => a.Value > b.Value;

    public static bool operator <=(NodeId a, NodeId b) => a.Value <= b.Value;

    public static bool operator >=(NodeId a, NodeId b) => a.Value >= b.Value;
}
