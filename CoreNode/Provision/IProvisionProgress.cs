using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>Is told what provisioning does, by changes, which may hold secrets: show what they are about.</summary>
public interface IProvisionProgress
{
    /// <summary>Something that takes its time begins: a unit or a script.</summary>
    void Begins(Change change);

    /// <summary>A change is made.</summary>
    void IsDone(Change change);

    /// <summary>It could not be made; nothing behind it is tried.</summary>
    void Failed(Change change, string reason);
}
