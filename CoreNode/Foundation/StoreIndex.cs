namespace CoreNode.Foundation;

/// <summary>
/// The store's change counter, etcd's <c>X-Etcd-Index</c>: moves by one with every change of the key space. A fresh
/// one-member cluster stands at 3, so the first user write gets 4, as in etcd 3.4.
/// </summary>
public readonly record struct StoreIndex(ulong Value) : IComparable<StoreIndex>
{
    /// <summary>The index of an empty store.</summary>
    public static readonly StoreIndex Zero;

    /// <summary>The index after this one.</summary>
    public StoreIndex Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(StoreIndex other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static bool operator <(StoreIndex a, StoreIndex b) => a.Value < b.Value;

    public static bool operator >(StoreIndex a, StoreIndex b) => a.Value > b.Value;

    public static bool operator <=(StoreIndex a, StoreIndex b) => a.Value <= b.Value;

    public static bool operator >=(StoreIndex a, StoreIndex b) => a.Value >= b.Value;
}
