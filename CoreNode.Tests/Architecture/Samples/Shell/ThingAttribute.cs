namespace CoreNode.Tests.Architecture.Samples.Shell;

[AttributeUsage(AttributeTargets.All)]
internal sealed class ThingAttribute : Attribute;
