using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>
/// What is at a path of <see cref="FakeMachine"/>; two paths with one inode are two names of one file.
/// </summary>
internal sealed record FakeNode(
    PathKind Kind, int Mode, uint User, uint Group, byte[] Content, string Target, int Inode);
