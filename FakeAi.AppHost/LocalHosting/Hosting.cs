namespace Aspire.Hosting;

public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

public interface IProjectMetadata
{
    string ProjectPath { get; }

    string AssemblyPath { get; }
}

public class DistributedApplicationException(string message) : Exception(message);
