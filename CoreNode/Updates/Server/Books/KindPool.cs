namespace CoreNode.Updates.Server.Books;

/// <summary>Shares <see cref="InstanceKind"/>s as <see cref="TextPool"/> shares texts. Owned by one thread.</summary>
internal sealed class KindPool
{
    private const int Slots = 1024;

    private readonly InstanceKind?[] _kinds = new InstanceKind?[Slots];

    /// <summary>The same, shared where it can be.</summary>
    public InstanceKind Share(InstanceKind kind)
    {
        ref InstanceKind? slot = ref _kinds[kind.GetHashCode() & (Slots - 1)];
        if (slot is null || !slot.Equals(kind))
            slot = kind;
        return slot;
    }
}
