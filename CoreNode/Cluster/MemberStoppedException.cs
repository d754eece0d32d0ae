namespace CoreNode.Cluster;

/// <summary>This member must not take part any more; its process ends and does not come back by itself.</summary>
public sealed class MemberStoppedException(MemberStop stop) : Exception($"{stop.Message}. {stop.WhatToDo}")
{
    /// <summary>Why.</summary>
    public MemberStop Stop { get; } = stop;
}
