namespace CoreNode.Tests.Architecture.Samples.Shell;

internal interface IThing;
