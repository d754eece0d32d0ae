using CoreNode.Foundation;
using CoreNode.Units.Registry;

namespace CoreNode.Units.Agent;

/// <summary>Who is told what <see cref="ScheduleFollower"/> finds. One call at a time.</summary>
internal interface IScheduleListener
{
    /// <summary>The whole schedule at an index.</summary>
    void Listed(IReadOnlyList<ScheduleEntry> entries, StoreIndex index);

    /// <summary>One entry was made or changed, or removed (null).</summary>
    void Changed(string unit, ScheduleEntry? entry, StoreIndex index);

    /// <summary>An entry cannot be read and is passed over.</summary>
    void Damaged(string unit);

    /// <summary>The store cannot be followed for now.</summary>
    void NotFollowed(string reason);
}
