"""The rules of the house that the code keeps."""
